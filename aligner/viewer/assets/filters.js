"use strict";
/* What of a pair is looked at: by relation, by probability, by words. What does not pass is dimmed, not hidden. */

/** Probabilities below which one can look. */
const BELOW_P = [0.95, 0.9, 0.7, 0.5];

/** What a piece must be, for each filter that is set. */
const FILTERS = {
  search: (query) => holding(query),
  relation: (name) => ({ bead }) => bead?.relation === name,
  below: (p) => ({ bead }) => bead && (bead.p === null || bead.p < Number(p)),
  unaligned: () => ({ bead }) => !bead,
  crossings: () => ({ bead }) => bead?.crossing,
  undecided: () => ({ bead, told = bead }) => !told?.decision,
};

class PairFilters {
  /** `onchange()`: others pass now. `onstep(by, focus)`: to the next match. `onrelated(on)`: with what is only related.
   *  `onleave()`: back to the texts. */
  constructor(model, { onchange, onstep, onrelated, onleave }) {
    this.sides = model.sides;
    this.query = "";
    this.set = new Map();
    this.onchange = onchange;
    this.matched = element("output", { id: "matched", for: "pair-filters" });
    this.steps = [
      stepButton("previous-match", "Previous match", "P", "↑", () => onstep(-1)),
      stepButton("next-match", "Next match", "N", "↓", () => onstep(1)),
    ];
    const search = element("input", {
      type: "search", id: "pair-search", placeholder: "Search this pair", "aria-label": "Search this pair",
      autocomplete: "off", spellcheck: "false",
      oninput: () => this.choose("search", (this.query = search.value.trim())),
      onkeydown: ({ key, shiftKey }) => {
        if (key === "Enter") onstep(shiftKey ? -1 : 1, false);
        if (key === "Escape") onleave();
      },
    });
    const relations = new Set(model.records.map(({ relation }) => relation).filter(Boolean));
    this.form = element("form", {
      class: "filters", id: "pair-filters", role: "search", "aria-label": "Filters of this pair",
      onsubmit: (event) => event.preventDefault(),
      onkeydown: ({ target, key }) => {
        if (target.type === "checkbox" && "nNpP".includes(key)) onstep("nN".includes(key) ? 1 : -1);
      },
    },
      search,
      relations.size > 1 && this.choice("relation", "Relation ", [...relations], toldRelation),
      this.choice("below", "p below ", BELOW_P, pLabel),
      this.tick("unaligned", "only unaligned"),
      model.records.some(({ crossing }) => crossing) && this.tick("crossings", "only crossings"),
      isReview() && this.tick("undecided", "only undecided"),
      (model.related.length > 0 || isReview()) &&
        tickBox("with-related", `show related (${count(model.related.length)})`, onrelated),
      element("span", { class: "matches" }, this.matched, this.steps));
  }

  choice(name, label, values, told) {
    return element("label", {}, label,
      dropdown({ id: `pair-${name}`, onchange: ({ target }) => this.choose(name, target.value) },
        [["", "any"], ...values.map((value) => [value, told(value)])]));
  }

  tick(name, label) {
    return tickBox(`only-${name}`, label, (on) => this.choose(name, on));
  }

  choose(name, value) {
    if (value) this.set.set(name, FILTERS[name](value));
    else this.set.delete(name);
    this.onchange();
  }

  /** Says how many pass. */
  tell(text) {
    this.matched.textContent = text;
    for (const button of this.steps) button.hidden = !this.isOn;
  }

  /** Whether anything is filtered at all. */
  get isOn() {
    return this.set.size > 0;
  }

  /** Whether a piece passes. */
  pass(piece) {
    const asked = { ...piece, folded: this.set.has("search") && this.words(piece) };
    return [...this.set.values()].every((holds) => holds(asked));
  }

  /** What is searched: both texts of a record, or a sentence without counterpart. */
  words({ side, sentence, bead }) {
    if (!bead) return folded(cut(side.text, ...side.sentences[sentence]));
    return (bead.folded ??= folded(this.sides.map((one) => textOf(one, bead)).join("\n")));
  }
}

const tickBox = (id, label, onchange) =>
  element("label", {},
    element("input", { type: "checkbox", id, onchange: ({ target }) => onchange(target.checked) }), " ", label);

const stepButton = (id, label, key, sign, onclick) =>
  button({ class: "quiet", id, title: `${label} (Shift+${key})`, "aria-label": label, hidden: true, onclick }, sign);
