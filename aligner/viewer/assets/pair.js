"use strict";
/* The view of one pair of documents: both texts, what joins them, the plot, and what is chosen. */

/** The view of a pair that was opened last. */
let openPair = null;

routes.pair = async ([number, key]) => {
  const wanted = Number(number);
  const row = view.pairs[wanted];
  const data = row && (await load("pair", wanted));
  if (!data) return missingPair(row, wanted);
  const documents = await Promise.all([load("document", row.source), load("document", row.target)]);
  if (openPair?.model.data !== data) openPair = new PairView(modelOf(wanted, data, documents));
  openPair.wanted = key;
  return openPair.node;
};

const missingPair = (row, number) =>
  element("section", { class: "pair" },
    element("h1", {}, row ? `${documentLabel(row.source)} ↔ ${documentLabel(row.target)}` : "No such pair"),
    element("p", {}, row ? "This report leaves the pair out, because it has too many records for one page; align review shows it, and so does a report of fewer documents." : `This run has no pair ${number}.`),
    row && pairLinks(number));

class PairView {
  constructor(model) {
    this.filter = { relation: "", below: 1, unaligned: false, crossings: false, undecided: false, search: "" };
    this.texts = new PairTexts({ onselect: (stop) => this.selected(stop), onmoved: () => this.follow(), shows: (piece) => this.passes(piece) });
    this.plot = new DotPlot({ onjump: (source, target) => this.jump(source, target) });
    this.details = element("section", { class: "details", id: "details", "aria-labelledby": "details-title", tabindex: -1 });
    this.matched = element("output", { id: "matched", for: "pair-filters" });
    this.head = element("header", { class: "pair-head" });
    if (isReview()) Object.assign(this, decisionBar());
    this.node = element("section", { class: "pair", "data-pair": model.number },
      this.head,
      this.filters(model),
      element("div", { class: "pair-body" },
        element("div", { class: "reading", role: "group", "aria-label": "Both texts", "aria-describedby": "reading-help" },
          element("p", { class: "hidden", id: "reading-help" }, "Arrow keys go from segment to segment and from side to side; Enter chooses and tells more."),
          this.titles(model), this.texts.node),
        element("aside", { class: "beside", "aria-label": "Plot and details" },
          this.details,
          element("details", { class: "plot-fold", open: !matchMedia("(max-width: 900px)").matches }, element("summary", {}, "Plot of similar and aligned sentences"), this.plot.node)),
      ),
      isReview() && element("div", { class: "dock" }, this.message, this.bar));
    this.node.addEventListener("shown", (event) => this.shown(event));
    this.take(model);
    this.texts.show(model);
    this.refilter();
    this.selected(null);
  }

  /** Shows what belongs to the data of the pair, but for the texts. */
  take(model) {
    this.model = model;
    this.head.replaceChildren(...pairHead(model).filter(Boolean));
    this.plot.show(model);
  }

  /** The page shows this view now. */
  shown(event) {
    desk = isReview() ? this : null;
    const stop = this.wanted && this.texts.stopOf(this.wanted);
    if (this.wanted && !stop) announce("The record of this link is not there any more");
    if (!stop) return this.follow();
    event.preventDefault();
    this.texts.select(stop, { scroll: "center", focus: true });
    this.texts.reveal();
    return this.follow();
  }

  /** The pair was changed by a decision. */
  changed(model, { anew = false } = {}) {
    const hadFocus = this.texts.node.contains(document.activeElement) || document.activeElement === document.body;
    const stop = this.texts.selected;
    this.take(model);
    this.texts.update(model, { anew });
    this.refilter();
    this.texts.select(stillThere(model, stop), { focus: hadFocus });
    this.follow();
  }

  selected(stop) {
    this.details.replaceChildren(...detailsOf(this.model, stop).filter(Boolean));
    this.details.classList.toggle("empty", !stop);
    this.plot.point(this.model.beads.get(stop?.key));
    if (stop) settle(`#pair/${this.model.number}/${stop.key}`);
    if (isReview()) refreshBar();
  }

  /** The names of the two documents, above their texts. */
  titles({ sides }) {
    return element("div", { class: "titles" }, sides.map(({ name, id, lang }) =>
      element("h2", { class: name }, element("span", { class: "lang" }, languageName(lang)), " ", element("bdi", {}, id))));
  }

  /* Filters. */

  filters(model) {
    const set = (name, value) => { this.filter[name] = value; this.refilter(); };
    const tick = (name, id, label) => element("label", {}, element("input", { type: "checkbox", id, onchange: ({ target }) => set(name, target.checked) }), " ", label);
    const relations = [...new Set(model.records.map(({ relation }) => relation).filter(Boolean))];
    const matchKey = ({ target, key }) => { if (target.type === "checkbox" && "nNpP".includes(key)) this.stepMatch("nN".includes(key) ? 1 : -1); };
    const search = element("input", {
      type: "search", id: "pair-search", placeholder: "Search this pair", "aria-label": "Search this pair", autocomplete: "off", spellcheck: "false",
      oninput: ({ target }) => set("search", target.value.trim().toLowerCase()),
      onkeydown: (event) => {
        if (event.key === "Enter") this.stepMatch(event.shiftKey ? -1 : 1, false);
        if (event.key === "Escape") this.texts.node.querySelector(".piece[tabindex='0']")?.focus();
      },
    });
    return element("form", { class: "filters", id: "pair-filters", role: "search", "aria-label": "Filters of this pair", onsubmit: (event) => event.preventDefault(), onkeydown: matchKey },
      search,
      relations.length > 1 && element("label", {}, "Relation ", element("select", { id: "pair-relation", onchange: ({ target }) => set("relation", target.value) },
        element("option", { value: "" }, "any"), relations.map((name) => element("option", { value: name }, SEGMENT_RELATIONS[name])))),
      element("label", {}, "p below ", element("select", { id: "pair-below", onchange: ({ target }) => set("below", Number(target.value)) },
        [["1", "any"], ["0.95", "0.95"], ["0.9", "0.90"], ["0.7", "0.70"], ["0.5", "0.50"]].map(([value, label]) => element("option", { value }, label)))),
      tick("unaligned", "only-unaligned", "only unaligned"),
      model.records.some(({ crossing }) => crossing) && tick("crossings", "only-crossings", "only crossings"),
      isReview() && tick("undecided", "only-undecided", "only undecided"),
      (model.related.length > 0 || isReview()) && element("label", {}, element("input", { type: "checkbox", id: "with-related", onchange: ({ target }) => this.texts.showRelated(target.checked) }), ` show related (${count(model.related.length)})`),
      element("span", { class: "matches" }, this.matched,
        element("button", { type: "button", class: "quiet", id: "previous-match", title: "Previous match (Shift+P)", "aria-label": "Previous match", onclick: () => this.stepMatch(-1) }, "↑"),
        element("button", { type: "button", class: "quiet", id: "next-match", title: "Next match (Shift+N)", "aria-label": "Next match", onclick: () => this.stepMatch(1) }, "↓")));
  }

  get isFiltered() {
    const { relation, below, unaligned, crossings, undecided, search } = this.filter;
    return Boolean(relation || below < 1 || unaligned || crossings || undecided || search);
  }

  /** Whether a piece passes the filters. */
  passes({ side, sentence, bead, told = bead }) {
    if (!this.isFiltered) return true;
    const { relation, below, unaligned, crossings, undecided, search } = this.filter;
    if (unaligned && bead) return false;
    if ((relation || below < 1 || crossings) && !bead) return false;
    if (relation && bead.relation !== relation) return false;
    if (below < 1 && !(bead.p === null || bead.p < below)) return false;
    if (crossings && !bead.crossing) return false;
    if (undecided && told?.decision) return false;
    if (!search) return true;
    if (!bead) return cut(side.text, ...side.sentences[sentence]).toLowerCase().includes(search);
    bead.folded ??= this.model.sides.map((one) => textOf(one, bead)).join("\n").toLowerCase();
    return bead.folded.includes(search);
  }

  /** The filters were changed. */
  refilter() {
    this.matches = this.isFiltered ? this.found() : [];
    const total = this.model.records.length;
    this.matched.textContent = this.isFiltered ? `${plural(this.matches.length, "match", "matches")}` : plural(total, "record");
    for (const button of this.node.querySelectorAll(".matches button")) button.hidden = !this.isFiltered;
    this.texts.node.classList.toggle("filtered", this.isFiltered);
    this.texts.paintFilter();
  }

  /** What passes the filters, as one comes to it reading down. */
  found() {
    const { records, sides } = this.model;
    const stops = records.filter((bead) => this.passes({ bead, side: sides[0], sentence: bead.source[0] }))
      .map((bead) => ({ key: bead.key, side: "source", sentence: bead.source[0] }));
    for (const side of sides) {
      side.sentences.forEach((_, sentence) => {
        for (const piece of piecesOf(side, sentence)) if (!piece.bead && this.passes(piece)) stops.push(stopOfPiece(piece));
      });
    }
    const ranks = new Map(stops.map((stop) => [stop, this.rank(stop)]));
    return stops.sort((one, other) => ranks.get(one) - ranks.get(other));
  }

  /** How far down a segment stands, in blocks. */
  rank({ side, sentence }) {
    const at = SIDES.indexOf(side);
    const number = blockAt(this.texts.blocks, at, sentence);
    const { from, to } = this.texts.blocks[number];
    return number + (sentence - from[at]) / Math.max(1, to[at] - from[at]);
  }

  stepMatch(by, focus = true) {
    if (!this.matches.length) return announce(this.isFiltered ? "No match" : "No filter is set");
    const here = this.texts.selected ? this.rank(this.texts.selected) : -1;
    const at = this.matches.findIndex(({ key }) => key === this.texts.selected?.key);
    const beyond = by > 0 ? this.matches.findIndex((stop) => this.rank(stop) > here) : this.matches.findLastIndex((stop) => this.rank(stop) < here);
    const next = (at >= 0 ? at + by : beyond) + this.matches.length;
    const place = next % this.matches.length;
    this.texts.select(this.matches[place], { scroll: "center", focus });
    return announce(`Match ${place + 1} of ${this.matches.length}`);
  }

  /* Going about. */

  /** Goes to the next record (1) or the one before (-1). */
  stepRecord(by) {
    const { records } = this.model;
    if (!records.length) return;
    const stop = this.texts.selected;
    const side = stop?.side ?? "source";
    const bead = this.model.beads.get(stop?.key);
    const beyond = (one) => (by > 0 ? one[side][0] > stop.sentence : one[side][0] < stop.sentence);
    const place = !stop ? 0 : bead?.state === "record" ? bead.place + by : by > 0 ? records.findIndex(beyond) : records.findLastIndex(beyond);
    const next = records[Math.max(0, Math.min(records.length - 1, place))];
    this.texts.select(this.texts.stopOf(next.key, side), { scroll: "nearest", focus: true });
    this.texts.reveal();
  }

  /** Goes to these sentences, as clicked in the plot. */
  jump(source, target) {
    const { held } = this.model.sides[0];
    const bead = held.get(source)?.find((one) => one.target.includes(target));
    const [piece] = piecesOf(this.model.sides[0], source);
    const stop = bead ? { key: bead.key, side: "source", sentence: source } : piece && stopOfPiece(piece);
    if (!stop) return;
    this.texts.select(stop, { scroll: "center", focus: true });
    this.texts.reveal();
  }

  /** Shows in the plot where the window is. */
  follow() {
    if (this.following || !this.node.isConnected) return;
    this.following = requestAnimationFrame(() => {
      this.following = 0;
      this.plot.window(this.texts.inWindow(60));
    });
  }
}

/** The segment to be chosen after a change: the same, or what now holds its sentence. */
function stillThere(model, stop) {
  if (!stop) return null;
  const bead = model.beads.get(stop.key);
  if (bead?.[stop.side].includes(stop.sentence)) return stop;
  const [piece] = piecesOf(model.sides[SIDES.indexOf(stop.side)], stop.sentence);
  return piece ? stopOfPiece(piece) : null;
}

/** What stands above a pair: the documents, how they belong together, and the way to the next pair. */
function pairHead(model) {
  const { row, number, records, sides } = model;
  const relation = model.data.relation ?? row.relation;
  const told = RELATIONS[relation];
  const conflicts = records.filter((bead) => bead.relation === "conflicting").length;
  const crossings = records.filter(({ crossing }) => crossing).length;
  const decided = records.filter(({ decision }) => decision).length;
  const covered = sides.map((side, at) => `${percent(row.coverage[at])} of the ${languageName(side.lang)} text`);
  return [
    element("div", { class: "headings" },
      element("h1", {}, element("bdi", {}, documentLabel(row.source)), element("span", { class: "between" }, " ↔ "), element("bdi", {}, documentLabel(row.target))),
      pairLinks(number)),
    element("p", { class: "figures" },
      told && element("span", { class: "kind", title: told.told, style: { "--colour": `var(--relation-${relation || "unrelated"})` } }, told.one), " ",
      [
        row.score !== null && `score ${row.score.toFixed(2)}`,
        plural(records.length, "record"),
        `aligned: ${listed(covered)}`,
        crossings > 0 && plural(crossings, "crossing"),
        conflicts > 0 && plural(conflicts, "conflict"),
        isReview() && `${count(decided)} of ${count(records.length)} decided`,
      ].filter(Boolean).join(" · ")),
    isReview() && documentsChoice(model),
  ];
}

/** Where a person says how two documents belong together. */
function documentsChoice({ data }) {
  const select = element("select", {
    id: "do-documents",
    onchange: () => send({ action: "documents", relation: select.value }, "Saved how these documents belong together"),
  }, Object.entries(RELATIONS).map(([name, { one }]) => element("option", { value: name }, name ? one : "as they were found")));
  select.value = data.relation;
  return element("label", { class: "documents-choice" }, "These documents: ", select);
}

/** The links to the pairs before and after. */
function pairLinks(number) {
  const link = (by, id, label, sign) => {
    const next = beside(number, by);
    return next !== null && element("a", { href: `#pair/${next}`, id, title: `${label} (${by < 0 ? "[" : "]"})`, "aria-label": `${label}: ${documentLabel(view.pairs[next].source)} and ${documentLabel(view.pairs[next].target)}` }, sign);
  };
  return element("nav", { class: "pair-links", "aria-label": "Pairs" },
    link(-1, "previous-pair", "Previous pair", "‹"), element("span", {}, `pair ${count(number + 1)} of ${count(view.pairs.length)}`), link(1, "next-pair", "Next pair", "›"));
}

/** The number of the next pair that the page holds, or the one before; null if there is none. */
function beside(number, by) {
  for (let next = number + by; next >= 0 && next < view.pairs.length; next += by) if (view.pairs[next].shown) return next;
  return null;
}

/* Keyboard and window. */

const inPair = () => Boolean(openPair?.node.isConnected);

/** The texts in which the keys go about now: of a pair, or of the queue. */
const textsAtHand = () => (inPair() ? openPair.texts : isDeskOpen() ? desk.texts : null);
const inTexts = () => Boolean(textsAtHand()?.node.contains(document.activeElement)) || (textsAtHand() && document.activeElement === document.body && textsAtHand().selected);

const moved = (event, by) => (event.shiftKey ? (isDeskOpen() ? perform(ACTIONS.find(({ id }) => id === (by < 0 ? "move-back" : "move-on"))) : textsAtHand().stepPiece(by, true)) : textsAtHand().stepPiece(by));

function goToPair(by) {
  const next = beside(openPair.model.number, by);
  if (next === null) announce("There is no further pair");
  else go(`#pair/${next}`);
}

function chooseHere() {
  const texts = textsAtHand();
  const node = document.activeElement.closest(".piece");
  if (!node) return;
  const wasChosen = texts.selected?.key === node.dataset.key;
  texts.select(stopAt(node), { focus: true });
  texts.reveal();
  if (wasChosen) document.getElementById("details").focus({ preventScroll: true });
}

function backOut() {
  if (stopLinking()) return;
  const panel = document.getElementById("details");
  const texts = textsAtHand();
  if (panel?.contains(document.activeElement) && texts.selected) texts.nodeOf(texts.selected)?.focus({ preventScroll: true });
  else go("#overview");
}

const isSearchedPair = () => inPair() && openPair.isFiltered;

keys.register(
  { key: "j", what: "Next record", when: inPair, run: () => openPair.stepRecord(1) },
  { key: "k", what: "Previous record", when: inPair, run: () => openPair.stepRecord(-1) },
  { key: "ArrowDown", what: "Next segment of this text, aligned or not", when: inTexts, run: (event) => moved(event, 1) },
  { key: "ArrowUp", what: "Previous segment of this text", when: inTexts, run: (event) => moved(event, -1) },
  { key: "J", what: "Choose the next sentence, too", when: inTexts, run: () => textsAtHand().stepPiece(1, true) },
  { key: "K", what: "Choose the previous sentence, too", when: inTexts, run: () => textsAtHand().stepPiece(-1, true) },
  { key: "ArrowLeft", what: "The text on the left", when: inTexts, run: () => textsAtHand().cross("source") },
  { key: "ArrowRight", what: "The text on the right", when: inTexts, run: () => textsAtHand().cross("target") },
  { key: "Enter", what: "Choose and show the counterpart; again: the details", when: () => inTexts() && document.activeElement.matches(".piece"), run: chooseHere },
  { key: " ", what: "Choose", when: () => inTexts() && document.activeElement.matches(".piece"), run: chooseHere },
  { key: "Escape", what: "Back: to the text, to the overview", when: () => inPair() || isDeskOpen(), run: backOut },
  { key: "[", what: "Previous pair", when: inPair, run: () => goToPair(-1) },
  { key: "]", what: "Next pair", when: inPair, run: () => goToPair(1) },
  { key: "f", what: "Search this pair", when: inPair, run: () => document.getElementById("pair-search").focus() },
  { key: "n", what: "Next match", when: () => isSearchedPair() && !isReview(), run: () => openPair.stepMatch(1) },
  { key: "p", what: "Previous match", when: isSearchedPair, run: () => openPair.stepMatch(-1) },
  { key: "N", what: "Next match", when: isSearchedPair, run: () => openPair.stepMatch(1) },
  { key: "P", what: "Previous match", when: isSearchedPair, run: () => openPair.stepMatch(-1) },
);

addEventListener("scroll", () => { if (inPair()) openPair.follow(); }, { passive: true });
addEventListener("resize", () => { if (inPair()) openPair.follow(); });
addEventListener("beforeprint", () => textsAtHand()?.blocks.forEach((block) => textsAtHand().build(block)));
STACKED.addEventListener("change", () => textsAtHand()?.update(textsAtHand().model, { anew: true }));

/* A canvas does not take new colours by itself. */
const redrawPlot = () => { if (openPair) openPair.plot.draw(); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawPlot);
new MutationObserver(redrawPlot).observe(document.documentElement, { attributeFilter: ["data-theme"] });
