"use strict";
/* The queue of the review: what is not decided yet, of all pairs, the most doubtful first, decided on the spot. */

/** Sentences around a record that are shown with it. */
const NEIGHBOURS = 3;

/** What stands in the list of those that come next. */
const COMING = 12;

/** Pairs that are asked for at the same time. */
const AT_ONCE = 4;

let queue = null;

if (isReview()) {
  routes.review = async () => (queue ??= new Queue()).node;
}

class Queue {
  constructor() {
    this.found = new Map();
    this.waiting = [];
    this.current = null;
    this.trail = [];
    this.texts = new PairTexts({ onselect: (stop) => this.selected(stop) });
    this.details = element("section", {
      class: "details",
      id: "details",
      "aria-labelledby": "details-title",
      tabindex: -1,
    });
    this.bardone = element("progress", { id: "progress", max: 1, value: 0, "aria-label": "Decided" });
    this.told = element("p", { class: "figures", id: "progress-told" });
    this.where = element("p", { class: "where" });
    this.coming = element("ol", { class: "coming", id: "queue" });
    this.body = element(
      "div",
      { class: "pair-body", hidden: true },
      element("div", { class: "reading", role: "group", "aria-label": "Both texts" }, this.where, this.texts.node),
      element(
        "aside",
        { class: "beside", "aria-label": "Details, and what comes next" },
        this.details,
        element("h2", {}, "Coming next"),
        this.coming,
      ),
    );
    this.rest = element("p", { class: "hint", id: "queue-done", role: "status" }, "Reading what was aligned…");
    Object.assign(this, decisionBar());
    this.dock = element("div", { class: "dock" }, this.message, this.bar);
    this.node = element(
      "section",
      { class: "pair queue" },
      element(
        "header",
        { class: "pair-head" },
        element(
          "div",
          { class: "headings" },
          element("h1", {}, "Review"),
          element(
            "nav",
            { class: "pair-links", "aria-label": "Queue" },
            element(
              "button",
              {
                type: "button",
                class: "quiet",
                id: "previous-doubtful",
                title: "Back in the queue (k)",
                onclick: () => this.step(-1),
              },
              "‹ Back",
            ),
            element(
              "button",
              {
                type: "button",
                class: "quiet",
                id: "next-doubtful",
                title: "Leave it for later (j)",
                onclick: () => this.step(1),
              },
              "Later ›",
            ),
          ),
        ),
        element("div", { class: "progress" }, this.bardone, this.told),
      ),
      this.rest,
      this.body,
      this.dock,
    );
    this.node.addEventListener("shown", () => this.shown());
  }

  /** The page shows the queue now: what was decided elsewhere meanwhile is taken up. */
  async shown() {
    desk = this;
    await this.read();
    const still = this.current && this.waiting.find((item) => isSame(item, this.current));
    await this.open(still ?? this.waiting[0] ?? null);
  }

  /** Reads all pairs, some at a time. */
  async read() {
    const numbers = view.pairs.flatMap(({ records, shown }, number) => (records && shown ? [number] : []));
    const next = numbers.values();
    let failed = 0;
    const work = async () => {
      for (const number of next) {
        try {
          this.take(number, await load("pair", number));
        } catch {
          failed += 1;
        }
        if (!this.current)
          this.rest.textContent = `Reading what was aligned: ${count(this.found.size)} of ${plural(numbers.length, "pair")}`;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failed)
      tell("failure", `The server did not give ${plural(failed, "pair")}; open the queue again to try once more.`);
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
    this.waiting = found
      .flatMap(({ undecided }) => undecided)
      .sort((one, other) => other.doubt - one.doubt || one.pair - other.pair || one.span[0] - other.span[0]);
    const all = found.reduce((sum, one) => sum + one.all, 0);
    this.bardone.max = all || 1;
    this.bardone.value = all - this.waiting.length;
    this.told.textContent = `${count(all - this.waiting.length)} of ${plural(all, "record")} decided`;
  }

  /** Shows a record with its neighbours; null: everything is decided. */
  async open(item) {
    this.current = item;
    this.body.hidden = !item;
    this.dock.hidden = !item && !this.trail.length;
    this.rest.hidden = Boolean(item);
    if (!item) {
      this.rest.textContent = "Everything is decided. Press e to export, or u to undo.";
      if (!this.model && view.pairs.length) this.dock.hidden = true;
      return;
    }
    const row = view.pairs[item.pair];
    const [data, ...documents] = await Promise.all([
      load("pair", item.pair),
      load("document", row.source),
      load("document", row.target),
    ]);
    this.model = modelOf(item.pair, data, documents);
    const bead = this.model.beads.get(item.key) ?? instead(this.model, item);
    this.node.dataset.pair = item.pair;
    this.where.replaceChildren(
      element(
        "a",
        { href: `#pair/${item.pair}/${item.key}`, id: "queue-pair" },
        element("bdi", {}, documentLabel(row.source)),
        " ↔ ",
        element("bdi", {}, documentLabel(row.target)),
      ),
      ` · pair ${count(item.pair + 1)} of ${count(view.pairs.length)}`,
    );
    this.texts.show(this.model, around(bead, this.model));
    this.texts.select(this.texts.stopOf(bead.key), { scroll: "nearest", focus: true });
    await this.list();
  }

  /** Lists what comes next. */
  async list() {
    const at = this.waiting.findIndex((item) => isSame(item, this.current));
    const coming = this.waiting.slice(at + 1, at + 1 + COMING);
    const texts = await Promise.all(coming.map(({ pair }) => load("document", view.pairs[pair].source)));
    this.coming.replaceChildren(
      ...coming.map((item, place) =>
        element(
          "li",
          {},
          element(
            "button",
            {
              type: "button",
              class: "quiet",
              "data-pair": item.pair,
              "data-key": item.key,
              onclick: () => this.open(item),
            },
            pChip(item.p),
            " ",
            quoted(view.pairs[item.pair].source, shortened(cut(texts[place].text, ...item.span), 60)),
          ),
        ),
      ),
    );
  }

  selected(stop) {
    this.details.replaceChildren(...detailsOf(this.model, stop).filter(Boolean));
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
    const next = this.waiting.find((item) => isAfter(item, this.current)) ?? this.waiting[0] ?? null;
    return this.open(next);
  }

  /** Before something is undone, its record is shown again. */
  async beforeUndo() {
    const last = this.trail.pop();
    if (last && !isSame(last, this.current)) await this.open(last);
  }

  /** Goes on in the queue, or back, without a decision. */
  step(by) {
    const at = this.waiting.findIndex((item) => isSame(item, this.current));
    const next =
      at >= 0
        ? this.waiting[at + by]
        : by > 0
          ? this.waiting.find((item) => isAfter(item, this.current))
          : this.waiting.findLast((item) => isAfter(this.current, item));
    if (next) this.open(next);
    else announce(by > 0 ? "This is the last one" : "This is the first one");
  }
}

const isSame = (one, other) => Boolean(other) && one.pair === other.pair && one.key === other.key;

const isAfter = (one, other) =>
  one.doubt - other.doubt < 0 ||
  (one.doubt === other.doubt && (one.pair > other.pair || (one.pair === other.pair && one.span[0] > other.span[0])));

/** How early a record is asked about: improbable ones first; conflicts and flags before others of the same p. */
const doubtOf = ({ p, relation, flags, crossing }) =>
  1 - (p ?? 0.5) + (relation === "conflicting" ? 0.3 : 0) + (flags.length ? 0.2 : 0) + (crossing ? 0.1 : 0);

/** The sentences around a record: `{from, to}`. */
function around(bead, { sides }) {
  return {
    from: sides.map(({ name }) => Math.max(0, bead[name][0] - NEIGHBOURS)),
    to: sides.map(({ name, sentences }) => Math.min(sentences.length, bead[name].at(-1) + 1 + NEIGHBOURS)),
  };
}

/** What stands now where a record stood that is no more. */
function instead({ records, sides }, { span }) {
  const record = records.find(({ spans }) => overlap(spans[0], span));
  if (record) return record;
  const sentence = Math.max(
    0,
    sides[0].sentences.findIndex((one) => overlap(one, span)),
  );
  const before = records.findLast(({ source }) => source[0] <= sentence);
  return { key: loneKey(sides[0], sentence), source: [sentence], target: [before?.target.at(-1) ?? 0] };
}

const inQueue = () => isReview() && Boolean(queue?.node.isConnected);

keys.register(
  { key: "j", what: "Leave it for later: the next in the queue", when: inQueue, run: () => queue.step(1) },
  { key: "k", what: "Back in the queue", when: inQueue, run: () => queue.step(-1) },
);
