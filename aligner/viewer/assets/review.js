"use strict";
/* The queue of the review: what is not decided yet, of all pairs, the most doubtful first, decided on the spot. */

/** Sentences around a record that are shown with it. */
const NEIGHBOURS = 3;

/** What stands in the list of those that come next. */
const COMING = 12;

/** Pairs that are asked for at the same time. */
const AT_ONCE = 4;

let queue = null;

if (isReview()) routes.review = async () => (queue ??= new Queue()).node;

class Queue {
  constructor() {
    this.found = new Map();
    this.waiting = [];
    this.current = null;
    this.trail = [];
    this.texts = new PairTexts({ onselect: (stop) => this.selected(stop) });
    this.details = detailsPanel();
    this.bardone = element("progress", { id: "progress", max: 1, value: 0, "aria-label": "Decided" });
    this.told = element("p", { class: "figures", id: "progress-told" });
    this.where = element("p", { class: "where" });
    this.coming = element("ol", { class: "coming", id: "queue" });
    this.rest = element("p", { class: "hint", id: "queue-done", role: "status" }, "Reading what was aligned…");
    Object.assign(this, decisionBar());
    this.body = element("div", { class: "pair-body", hidden: true },
      element("div", { role: "group", "aria-label": "Both texts" }, this.where, this.texts.node),
      element("aside", { class: "beside", "aria-label": "Details, and what comes next" },
        this.details, element("h2", {}, "Coming next"), this.coming));
    this.node = element("section", { class: "pair queue", onshown: () => this.shown() },
      this.head(), this.rest, this.body, this.dock);
  }

  head() {
    const link = (id, title, by, label) => button({ class: "quiet", id, title, onclick: () => this.step(by) }, label);
    return element("header", { class: "pair-head" },
      element("div", { class: "headings" },
        element("h1", {}, "Review"),
        element("nav", { class: "pair-links", "aria-label": "Queue" },
          link("previous-doubtful", "Back in the queue (k)", -1, "‹ Back"),
          link("next-doubtful", "Leave it for later (j)", 1, "Later ›"))),
      element("div", { class: "progress" }, this.bardone, this.told));
  }

  /** The page shows the queue now: what was decided elsewhere meanwhile is taken up. */
  async shown() {
    desk = this;
    await this.read();
    await this.open(this.waiting[Math.max(0, this.place())] ?? null);
  }

  /** Reads all pairs, some at a time. */
  async read() {
    const numbers = view.pairs.flatMap(({ records, shown }, number) => (records && shown ? [number] : []));
    const all = plural(numbers.length, "pair");
    const next = numbers.values();
    this.failure = null;
    const work = async () => {
      for (const number of next) {
        try {
          this.take(number, await load("pair", number));
        } catch (error) {
          this.failure = error;
        }
        if (!this.current)
          this.rest.textContent = `Reading what was aligned: ${count(this.found.size)} of ${all}`;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (this.failure) tell("failure", `Some pairs are missing here. ${this.failure.message}`);
    this.sort();
  }

  /** Takes up a pair as it is now. */
  take(number, { beads, rejected }) {
    const records = beads.filter(({ source, target }) => source.length && target.length);
    this.found.set(number, {
      all: records.length + rejected.length,
      undecided: records
        .filter(({ decision }) => !decision)
        .map((bead) => ({ pair: number, key: keyOf(bead), p: bead.p, doubt: doubtOf(bead), span: bead.spans[0] })),
    });
  }

  sort() {
    const found = [...this.found.values()];
    this.waiting = found.flatMap(({ undecided }) => undecided).sort(byDoubt);
    const all = found.reduce((sum, one) => sum + one.all, 0);
    const decided = all - this.waiting.length;
    this.bardone.max = all || 1;
    this.bardone.value = decided;
    this.told.textContent = `${count(decided)} of ${plural(all, "record")} decided`;
  }

  /** Shows a record with its neighbours; null: everything is decided. */
  async open(item) {
    this.current = item;
    this.body.hidden = !item;
    this.dock.hidden = !item && !(this.trail.length && this.model);
    this.rest.hidden = Boolean(item);
    if (!item) {
      this.rest.textContent = this.failure?.message ?? "Everything is decided. Press e to export, or u to undo.";
      return;
    }
    try {
      this.model = await loadModel(item.pair);
    } catch (error) {
      tell("failure", error.message);
      return;
    }
    const bead = this.model.beads.get(item.key) ?? instead(this.model, item);
    this.node.dataset.pair = item.pair;
    refill(this.where,
      element("a", { href: `#pair/${item.pair}/${item.key}`, id: "queue-pair" }, pairName(this.model.row)),
      ` · pair ${count(item.pair + 1)} of ${count(view.pairs.length)}`);
    this.texts.show(this.model, around(bead, this.model));
    this.texts.select(this.texts.stopOf(bead.key), { scroll: "nearest", focus: true });
    await this.list();
  }

  /** Where in the queue the record is that is shown; -1 if it is decided. */
  place() {
    return this.waiting.findIndex((item) => isSame(item, this.current));
  }

  /** Lists what comes next. */
  async list() {
    const from = this.place() + 1;
    const coming = this.waiting.slice(from, from + COMING);
    const texts = await Promise.all(coming.map(({ pair }) => load("document", view.pairs[pair].source)));
    refill(this.coming, coming.map((item, place) =>
      element("li", {},
        button({ class: "quiet", "data-pair": item.pair, "data-key": item.key, onclick: () => this.open(item) },
          pChip(item.p), " ",
          quoted(view.pairs[item.pair].source, shortened(cut(texts[place].text, ...item.span), 60))))));
  }

  selected(stop) {
    refill(this.details, detailsOf(this.model, stop));
    refreshBar();
  }

  /** The pair was changed by a decision. */
  changed(model) {
    const stop = this.texts.selected;
    this.model = model;
    this.take(model.number, model.data);
    this.sort();
    this.texts.update(model);
    this.texts.select(stillThere(model, stop), { focus: true });
  }

  /** An action is saved: after a plain yes or no the next record comes. */
  async decided({ action }) {
    if (action !== "undo" && action !== "redo") this.trail.push(this.current);
    if (action !== "accept" && action !== "reject") return this.list();
    return this.open(this.beyond(1) ?? this.waiting[0] ?? null);
  }

  /** Before something is undone, its record is shown again. */
  async beforeUndo() {
    const last = this.trail.pop();
    if (last && !isSame(last, this.current)) await this.open(last);
  }

  /** The record after (1) or before (-1) the one that is shown, whether that is still waiting or not. */
  beyond(by) {
    return by > 0 ? this.waiting.find((item) => byDoubt(item, this.current) > 0)
      : this.waiting.findLast((item) => byDoubt(item, this.current) < 0);
  }

  /** Goes on in the queue, or back, without a decision. */
  step(by) {
    const next = this.beyond(by);
    if (next) this.open(next);
    else announce(by > 0 ? "This is the last one" : "This is the first one");
  }
}

/** The order of the queue. */
const byDoubt = (one, other) =>
  other.doubt - one.doubt || one.pair - other.pair || one.span[0] - other.span[0]
  || one.key.localeCompare(other.key);

const isSame = (one, other) => one.pair === other?.pair && one.key === other.key;

/** How early a record is asked about: improbable ones first; conflicts and flags before others of the same p. */
const doubtOf = ({ p, relation, flags, crossing }) =>
  1 - (p ?? 0.5) + (relation === "conflicting" ? 0.3 : 0) + (flags.length ? 0.2 : 0) + (crossing ? 0.1 : 0);

/** The sentences around a record: `{from, to}`. */
const around = (bead, { sides }) => ({
  from: sides.map(({ name }) => Math.max(0, bead[name][0] - NEIGHBOURS)),
  to: sides.map(({ name, sentences }) => Math.min(sentences.length, bead[name].at(-1) + 1 + NEIGHBOURS)),
});

/** What stands now where a record stood that is no more. */
function instead({ records, sides }, { span }) {
  const record = records.find(({ spans }) => overlap(spans[0], span));
  if (record) return record;
  const sentence = Math.max(0, sides[0].sentences.findIndex((one) => overlap(one, span)));
  const before = records.findLast(({ source }) => source[0] <= sentence);
  return { key: loneKey(sides[0], sentence), source: [sentence], target: [before?.target.at(-1) ?? 0] };
}

const inQueue = () => isReview() && Boolean(queue?.node.isConnected);

keys.register(
  { key: "j", what: "Leave it for later: the next in the queue", when: inQueue, run: () => queue.step(1) },
  { key: "k", what: "Back in the queue", when: inQueue, run: () => queue.step(-1) },
);
