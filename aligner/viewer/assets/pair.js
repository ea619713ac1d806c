"use strict";
/* The view of one pair of documents: both texts, what joins them, the plot, and what is chosen. */

/** The view of a pair that was opened last. */
let openPair = null;

routes.pair = async ([name, key]) => {
  const number = Number(name);
  const row = view.pairs[number];
  const data = row && (await load("pair", number));
  if (!data) return missingPair(row, number);
  if (openPair?.model.data !== data) openPair = new PairView(await loadModel(number));
  openPair.wanted = key;
  return openPair.node;
};

const missingPair = (row, number) =>
  element("section", { class: "pair" },
    element("h1", {}, row ? plainName(row) : "No such pair"),
    element("p", {}, row
      ? "This report leaves the pair out, because it has too many records for one page; align review shows it, and so "
        + "does a report of fewer documents."
      : `This run has no pair ${number}.`),
    row && pairLinks(number));

class PairView {
  constructor(model) {
    this.filters = new PairFilters(model, {
      onchange: () => this.refilter(),
      onstep: (by, focus) => this.stepMatch(by, focus),
      onrelated: (on) => this.texts.showRelated(on),
      onleave: () => this.texts.node.querySelector(".piece[tabindex='0']")?.focus(),
    });
    this.texts = new PairTexts({
      onselect: (stop) => this.selected(stop),
      onmoved: () => this.follow(),
      filters: this.filters,
    });
    this.plot = new DotPlot({ onjump: (source, target) => this.jump(source, target) });
    this.details = detailsPanel();
    this.head = element("header", { class: "pair-head" });
    if (isReview()) Object.assign(this, decisionBar());
    this.node = element("section",
      { class: "pair", "data-pair": model.number, onshown: (event) => this.shown(event) },
      this.head, this.filters.form, this.body(model), this.dock);
    this.take(model);
    this.texts.show(model);
    this.refilter();
    this.selected(null);
  }

  body(model) {
    const isWide = !matchMedia("(max-width: 900px)").matches;
    return element("div", { class: "pair-body" },
      element("div", { role: "group", "aria-label": "Both texts", "aria-describedby": "reading-help" },
        element("p", { class: "hidden", id: "reading-help" },
          "Arrow keys go from segment to segment and from side to side; Enter chooses and tells more."),
        titles(model), this.texts.node),
      element("aside", { class: "beside", "aria-label": "Plot and details" },
        this.details,
        element("details", { class: "plot-fold", open: isWide },
          element("summary", {}, "Plot of similar and aligned sentences"), this.plot.node)));
  }

  /** Shows what belongs to the data of the pair, but for the texts. */
  take(model) {
    this.model = model;
    refill(this.head, pairHead(model));
    this.plot.show(model);
  }

  /** The page shows this view now. */
  shown(event) {
    desk = isReview() ? this : null;
    this.plot.draw();
    const stop = this.wanted && this.texts.stopOf(this.wanted);
    if (this.wanted && !stop) announce("The record of this link is not there any more");
    if (stop) {
      event.preventDefault();
      this.texts.select(stop, { scroll: "center", focus: true });
      this.texts.reveal();
    }
    this.follow();
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
    refill(this.details, detailsOf(this.model, stop)).classList.toggle("empty", !stop);
    this.plot.point(this.model.beads.get(stop?.key));
    if (stop) settle(`#pair/${this.model.number}/${stop.key}`);
    if (isReview()) refreshBar();
  }

  /** The filters were changed. */
  refilter() {
    const { isOn } = this.filters;
    this.matches = isOn ? this.found() : [];
    const { matches, model } = this;
    this.filters.tell(isOn ? plural(matches.length, "match", "matches") : plural(model.records.length, "record"));
    this.texts.node.classList.toggle("filtered", isOn);
    this.texts.paintFilter();
  }

  /** What passes the filters, as one comes to it reading down. */
  found() {
    const { records, sides } = this.model;
    const stops = records
      .filter((bead) => this.filters.pass({ bead, side: sides[0] }))
      .map((bead) => ({ key: bead.key, side: "source", sentence: bead.source[0] }));
    for (const side of sides) {
      for (const sentence of side.sentences.keys()) {
        const alone = piecesOf(side, sentence).filter((piece) => !piece.bead && this.filters.pass(piece));
        stops.push(...alone.map(stopOfPiece));
      }
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

  /** Goes to the next match (1), or the one before (-1); after the last comes the first. */
  stepMatch(by, focus = true) {
    const { matches, texts } = this;
    if (!matches.length) return announce(this.filters.isOn ? "No match" : "No filter is set");
    const here = texts.selected ? this.rank(texts.selected) : -1;
    const at = matches.findIndex(({ key }) => key === texts.selected?.key);
    const beyond = by > 0 ? matches.findIndex((stop) => this.rank(stop) > here)
      : matches.findLastIndex((stop) => this.rank(stop) < here);
    const place = ((at >= 0 ? at + by : beyond) + matches.length) % matches.length;
    texts.select(matches[place], { scroll: "center", focus });
    return announce(`Match ${count(place + 1)} of ${count(matches.length)}`);
  }

  /* Going about. */

  /** Goes to the next record (1) or the one before (-1). */
  stepRecord(by) {
    const { records } = this.model;
    if (!records.length) return;
    const side = this.texts.selected?.side ?? "source";
    const place = Math.max(0, Math.min(records.length - 1, this.placeBeside(side, by)));
    this.texts.select(this.texts.stopOf(records[place].key, side), { scroll: "nearest", focus: true });
    this.texts.reveal();
  }

  /** The place of the record after (1) or before (-1) what is chosen. */
  placeBeside(side, by) {
    const { beads, records } = this.model;
    const stop = this.texts.selected;
    if (!stop) return 0;
    const bead = beads.get(stop.key);
    if (isRecord(bead)) return bead.place + by;
    return by > 0 ? records.findIndex((one) => one[side][0] > stop.sentence)
      : records.findLastIndex((one) => one[side][0] < stop.sentence);
  }

  /** Goes to these sentences, as clicked in the plot. */
  jump(source, target) {
    const [side] = this.model.sides;
    const bead = side.held.get(source)?.find((one) => one.target.includes(target));
    const [piece] = piecesOf(side, source);
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

/** The names of the two documents, above their texts. */
const titles = ({ sides }) =>
  element("div", { class: "titles" }, sides.map(({ name, id, lang }) =>
    element("h2", { class: name },
      element("span", { class: "lang" }, languageName(lang)), " ", element("bdi", {}, id))));

/** The segment to be chosen after a change: the same, or what now holds its sentence. */
function stillThere(model, stop) {
  if (!stop || model.beads.get(stop.key)?.[stop.side].includes(stop.sentence)) return stop;
  const [piece] = piecesOf(model.sides[SIDES.indexOf(stop.side)], stop.sentence);
  return piece ? stopOfPiece(piece) : null;
}
