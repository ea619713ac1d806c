"use strict";
/* What of a pair is looked at: by relation, by probability, by words. What does not pass is dimmed, not hidden. */

/** Probabilities below which one can look. */
const BELOW_P = [0.95, 0.9, 0.7, 0.5];

class PairFilters {
  /** `onchange()`: others pass now. `onstep(by, focus)`: to the next match. `onrelated(on)`: with what is only related.
   *  `onleave()`: back to the texts. */
  constructor(model, { onchange, onstep, onrelated, onleave }) {
    this.sides = model.sides;
    this.chosen = { relation: "", below: 1, unaligned: false, crossings: false, undecided: false, search: "" };
    this.onchange = onchange;
    this.matched = element("output", { id: "matched", for: "pair-filters" });
    this.steps = [
      stepButton("previous-match", "Previous match", "P", "↑", () => onstep(-1)),
      stepButton("next-match", "Next match", "N", "↓", () => onstep(1)),
    ];
    const search = element("input", {
      type: "search",
      id: "pair-search",
      placeholder: "Search this pair",
      "aria-label": "Search this pair",
      autocomplete: "off",
      spellcheck: "false",
      oninput: ({ target }) => this.choose("search", target.value.trim().toLowerCase()),
      onkeydown: ({ key, shiftKey }) => {
        if (key === "Enter") onstep(shiftKey ? -1 : 1, false);
        if (key === "Escape") onleave();
      },
    });
    this.form = element(
      "form",
      {
        class: "filters",
        id: "pair-filters",
        role: "search",
        "aria-label": "Filters of this pair",
        onsubmit: (event) => event.preventDefault(),
        onkeydown: ({ target, key }) => {
          if (target.type === "checkbox" && "nNpP".includes(key)) onstep("nN".includes(key) ? 1 : -1);
        },
      },
      search,
      this.relationChoice(model),
      this.belowChoice(),
      this.tick("unaligned", "only unaligned"),
      model.records.some(({ crossing }) => crossing) && this.tick("crossings", "only crossings"),
      isReview() && this.tick("undecided", "only undecided"),
      (model.related.length > 0 || isReview()) &&
        tickBox("with-related", `show related (${count(model.related.length)})`, onrelated),
      element("span", { class: "matches" }, this.matched, this.steps),
    );
  }

  relationChoice({ records }) {
    const relations = [...new Set(records.map(({ relation }) => relation).filter(Boolean))];
    if (relations.length < 2) return null;
    return element(
      "label",
      {},
      "Relation ",
      element(
        "select",
        { id: "pair-relation", onchange: ({ target }) => this.choose("relation", target.value) },
        element("option", { value: "" }, "any"),
        relations.map((name) => element("option", { value: name }, SEGMENT_RELATIONS[name])),
      ),
    );
  }

  belowChoice() {
    return element(
      "label",
      {},
      "p below ",
      element(
        "select",
        { id: "pair-below", onchange: ({ target }) => this.choose("below", Number(target.value)) },
        element("option", { value: 1 }, "any"),
        BELOW_P.map((p) => element("option", { value: p }, pLabel(p))),
      ),
    );
  }

  tick(name, label) {
    return tickBox(`only-${name}`, label, (on) => this.choose(name, on));
  }

  choose(name, value) {
    this.chosen[name] = value;
    this.onchange();
  }

  /** Says how many pass. */
  tell(text) {
    this.matched.textContent = text;
    for (const button of this.steps) button.hidden = !this.isOn;
  }

  /** Whether anything is filtered at all. */
  get isOn() {
    const { relation, below, unaligned, crossings, undecided, search } = this.chosen;
    return Boolean(relation || below < 1 || unaligned || crossings || undecided || search);
  }

  /** Whether a piece passes. */
  pass({ side, sentence, bead, told = bead }) {
    const { relation, below, unaligned, crossings, undecided, search } = this.chosen;
    if (!this.isOn) return true;
    if (unaligned && bead) return false;
    if ((relation || below < 1 || crossings) && !bead) return false;
    if (relation && bead.relation !== relation) return false;
    if (below < 1 && bead.p !== null && bead.p >= below) return false;
    if (crossings && !bead.crossing) return false;
    if (undecided && told?.decision) return false;
    return !search || this.words(side, sentence, bead).includes(search);
  }

  /** What is searched: both texts of a record, or a sentence without counterpart. */
  words(side, sentence, bead) {
    if (!bead) return cut(side.text, ...side.sentences[sentence]).toLowerCase();
    bead.folded ??= this.sides
      .map((one) => textOf(one, bead))
      .join("\n")
      .toLowerCase();
    return bead.folded;
  }
}

const tickBox = (id, label, onchange) =>
  element(
    "label",
    {},
    element("input", { type: "checkbox", id, onchange: ({ target }) => onchange(target.checked) }),
    " ",
    label,
  );

const stepButton = (id, label, key, sign, onclick) =>
  element(
    "button",
    {
      type: "button",
      class: "quiet",
      id,
      title: `${label} (Shift+${key})`,
      "aria-label": label,
      hidden: true,
      onclick: () => onclick(),
    },
    sign,
  );
