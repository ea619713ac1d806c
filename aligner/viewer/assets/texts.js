"use strict";
/* Two texts side by side, with bands between what belongs together. Only blocks near the window are built. */

/** How far outside the window blocks are built. */
const AHEAD = "1500px 0px";

/** Whether both texts stand one below the other, as pair.css has it. */
const STACKED = matchMedia("(max-width: 400px)");
const extents = () => (STACKED.matches ? BELOW : BESIDE);

/** What is searched, in the texts that are built; a browser that cannot light it up only dims the rest. */
const LIGHT = window.Highlight ? new Highlight() : null;
if (LIGHT) CSS.highlights.set("hit", LIGHT);

class PairTexts {
  /** `onselect(stop)`: a segment was chosen. `onmoved()`: other sentences are in the window. What does not pass the
   *  `filters` is dimmed. */
  constructor({ onselect, onmoved = () => {}, filters = null }) {
    this.onselect = onselect;
    this.onmoved = onmoved;
    this.filters = filters;
    this.withRelated = false;
    this.selected = null;
    this.marked = [];
    this.painted = [];
    this.linking = [];
    this.lit = null;
    this.blocks = [];
    this.soon = [];
    this.isPreparing = false;
    this.node = element("div", {
      onclick: (event) => this.clicked(event),
      onmousedown: (event) => { if (event.shiftKey) event.preventDefault(); },
      onpointerover: (event) => this.light(keyUnder(event.target)),
      onpointerleave: () => this.light(null),
      onfocusin: (event) => this.light(keyUnder(event.target)),
    });
    this.near = new IntersectionObserver((entries) => this.approached(entries), { rootMargin: AHEAD });
    this.sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.draw(target.block)));
  }

  /** Shows a pair; with `range`, as `{from, to}`, only these sentences, in one block. */
  show(model, range) {
    this.model = model;
    this.range = range;
    this.cuts = range ? [] : cutsOf(model, extents());
    this.selected = null;
    this.lay();
  }

  /** Shows what became of the same pair. Blocks in which nothing changed stay as they are. */
  update(model, { anew = false } = {}) {
    this.model = model;
    if (anew && !this.range) this.cuts = cutsOf(model, extents());
    this.lay();
  }

  /** Lays out the blocks, taking over those that are the same. */
  lay() {
    const kept = new Map(this.blocks.map((block) => [block.signature, block]));
    const places = this.range ? [this.range] : blocksOf(this.model, this.cuts);
    this.blocks = places.map((place) => ({ ...place, built: false, near: false }));
    this.assign();
    this.blocks = this.blocks.map((block) => {
      block.signature = JSON.stringify([block.from, block.to, [...block.beads].map(signatureOf)]);
      const same = kept.get(block.signature);
      return same ? Object.assign(same, { beads: block.beads }) : block;
    });
    const gone = [...kept.values()].filter((block) => !this.blocks.includes(block));
    for (const { node } of gone) {
      for (const observer of [this.near, this.sizes]) observer.unobserve(node);
      node.remove();
    }
    const wasBuilt = new Set(gone.filter(({ built }) => built).map(({ from }) => String(from)));
    for (const [place, block] of this.blocks.entries()) {
      if (block.node) continue;
      this.frame(block);
      this.node.insertBefore(block.node, this.node.children[place] ?? null);
      if (wasBuilt.has(String(block.from))) this.build(block);
    }
    this.paintFilter();
    this.paintChoice();
  }

  /** Tells each block what it holds a part of. */
  assign() {
    for (const block of this.blocks) block.beads = new Set();
    const { records, lone, rejected, related } = this.model;
    for (const bead of [...records, ...lone, ...rejected, ...(this.withRelated ? related : [])]) {
      for (const [at, name] of SIDES.entries())
        for (const sentence of bead[name]) this.blockOf(at, sentence)?.beads.add(bead);
    }
  }

  /** The block of a sentence; none if it is not shown. */
  blockOf(at, sentence) {
    const block = this.blocks[blockAt(this.blocks, at, sentence)];
    return block && block.from[at] <= sentence ? block : null;
  }

  /** The block of a segment. */
  blockOfStop({ side, sentence }) {
    return this.blockOf(SIDES.indexOf(side), sentence);
  }

  /** A block without its texts, about as high as it will be. */
  frame(block) {
    const lengths = this.model.sides.map(({ sentences, at }) =>
      (block.from[at] === block.to[at] ? 0 : sentences[block.to[at] - 1][1] - sentences[block.from[at]][0]));
    const style = { "--height": `${Math.max(60, Math.round(Math.max(...lengths) * 0.5))}px` };
    block.node = element("section", { class: "block", "data-from": block.from.join("-"), style });
    block.node.block = block;
    this.near.observe(block.node);
  }

  /** Blocks came near to the window, or left. */
  approached(entries) {
    for (const { target: { block }, isIntersecting, boundingClientRect: { top, bottom } } of entries) {
      block.near = isIntersecting;
      if (!isIntersecting) continue;
      if (block.built) this.soon.push(() => block.stale && this.draw(block));
      else if (bottom > 0 && top < innerHeight) this.build(block);
      else this.soon.push(() => block.near && this.build(block));
    }
    this.prepareSoon();
    this.onmoved();
  }

  /** Builds ahead, as long as nothing else is to do. */
  prepareSoon() {
    if (!this.soon.length || this.isPreparing) return;
    this.isPreparing = true;
    whenIdle(() => {
      this.isPreparing = false;
      this.soon.shift()?.();
      this.prepareSoon();
    });
  }

  /** Builds all that is not built yet, as for paper. */
  whole() {
    for (const block of this.blocks) this.build(block);
  }

  /** Puts the texts of a block in place. */
  build(block) {
    if (block.built) return;
    block.built = true;
    block.pieces = new Map();
    block.columns = this.model.sides.map((side) => this.column(block, side));
    block.gutter = svg("svg", { class: "gutter", "aria-hidden": "true" });
    refill(block.node, block.columns[0], block.gutter, block.columns[1]).classList.add("built");
    this.sizes.observe(block.node);
    this.paintFilter(block);
    if (this.selected || block === this.blocks[0]) this.paintChoice();
  }

  /** One of the two texts of a block. */
  column(block, side) {
    const column = element("div", { class: `column ${side.name}`, lang: side.lang, dir: side.dir });
    let paragraph = null;
    for (let sentence = block.from[side.at]; sentence < block.to[side.at]; sentence++) {
      const begins = isParagraph(side, sentence);
      if (!paragraph || begins) {
        paragraph = element("p", { class: begins ? null : "continued" });
        column.append(paragraph);
      } else {
        paragraph.append(cut(side.text, side.sentences[sentence - 1][1], side.sentences[sentence][0]));
      }
      paragraph.append(...piecesOf(side, sentence).map((piece) => this.piece(block, piece)));
    }
    return column;
  }

  /** A piece of running text, kept under its key. */
  piece(block, piece) {
    if (!block.pieces.has(piece.key)) block.pieces.set(piece.key, [[], []]);
    const known = block.pieces.get(piece.key)[piece.side.at];
    const node = pieceElement(this.model, piece, known.length === 0);
    known.push(node);
    return node;
  }

  /** Draws the bands of a block, now if it is near the window, else when it is. */
  draw(block) {
    block.stale = !block.near;
    if (!block.near || !block.built) return;
    const links = [...block.beads]
      .filter(({ state }) => state !== "lone")
      .map((bead) => ({ bead, runs: this.runs(block, bead), away: this.away(block, bead) }))
      .filter(({ runs }) => runs.some(({ length }) => length));
    drawRibbons(block.gutter, links, block.columns);
    this.paintBands(block);
    if (links.some(({ bead }) => bead.key === this.selected?.key)) this.paintChoice();
  }

  /** The pieces of a bead in a block, on both sides, in runs; of what is only related, or was rejected, those that it
   *  lies over. */
  runs(block, bead) {
    if (isRecord(bead)) return (block.pieces.get(bead.key) ?? [[], []]).map(runsOf);
    return SIDES.map((name, at) => {
      const [start, end] = bead.spans[at];
      const found = bead[name].flatMap((sentence) => this.elementsOfSentence(block, at, sentence));
      return runsOf(found.filter(({ piece }) => piece.start < end && start < piece.end));
    });
  }

  elementsOfSentence(block, at, sentence) {
    return [...block.columns[at].querySelectorAll(`[data-sentence="${sentence}"]`)];
  }

  /** Where the other end of a bead is that does not lie in this block. */
  away(block, bead) {
    const at = SIDES.findIndex((name, side) =>
      bead[name].every((sentence) => sentence < block.from[side] || sentence >= block.to[side]));
    if (at < 0) return null;
    const [sentence] = bead[SIDES[at]];
    return { sentence, down: sentence >= block.to[at] };
  }

  /** All that stands for a key: pieces and bands, in any block that is built. */
  elementsOf(key) {
    return this.blocksOfKey(key).filter(({ built }) => built).flatMap(({ pieces, gutter }) =>
      [...(pieces.get(key) ?? []).flat(), ...[...gutter.children].filter(({ dataset }) => dataset.key === key)]);
  }

  blocksOfKey(key) {
    const bead = this.model.beads.get(key);
    if (bead && bead.state !== "lone") return this.blocks.filter(({ beads }) => beads.has(bead));
    const stop = this.stopOf(key);
    return [stop && this.blockOfStop(stop)].filter(Boolean);
  }

  /** The sentence that a key names: of a bead the first; null if nothing has this key. */
  stopOf(key, side = "source") {
    const bead = this.model.beads.get(key);
    if (bead) {
      const name = bead[side].length ? side : SIDES.find((one) => bead[one].length);
      return { key, side: name, sentence: bead[name][0] };
    }
    for (const one of this.model.sides) {
      const sentence = one.sentences.findIndex((_, number) => loneKey(one, number) === key);
      if (sentence >= 0) return { key, side: one.name, sentence };
    }
    return null;
  }

  /** Lights up what belongs together. */
  light(key) {
    if (key === this.lit) return;
    for (const node of this.lit ? this.elementsOf(this.lit) : []) node.classList.remove("lit");
    this.lit = key;
    for (const node of key ? this.elementsOf(key) : []) node.classList.add("lit");
  }

  clicked(event) {
    const band = event.target.closest("[data-jump]");
    if (band) return this.select(this.stopOf(band.dataset.key, band.dataset.jump), { scroll: "center", focus: true });
    const node = event.target.closest("[data-key]");
    if (!node || (String(getSelection()) && !event.shiftKey)) return undefined;
    const stop = node.piece ? stopAt(node) : this.stopOf(node.dataset.key);
    if (event.shiftKey && node.piece) return this.extend(stop);
    this.select(stop, { focus: Boolean(node.piece) });
    return this.reveal();
  }

  /** Chooses a segment: `{key, side, sentence}`. */
  select(stop, { scroll = null, focus = false } = {}) {
    this.selected = stop;
    this.marked = stop ? [stop] : [];
    const block = stop && this.blockOfStop(stop);
    if (block) {
      this.build(block);
      const node = this.nodeOf(stop);
      if (scroll && node) bringIntoView(node, scroll);
      if (focus) node?.focus({ preventScroll: true });
    }
    this.paintChoice();
    this.onselect(stop);
  }

  /** Adds the sentences up to this one, of the same side. */
  extend(stop) {
    if (stop.side !== this.selected?.side) return this.select(stop, { focus: true });
    const side = this.model.sides[SIDES.indexOf(stop.side)];
    const [first, last] = [this.selected.sentence, stop.sentence].sort((one, other) => one - other);
    const sentences = Array.from({ length: last - first + 1 }, (_, place) => first + place);
    this.marked = sentences.flatMap((sentence) => piecesOf(side, sentence).slice(0, 1).map(stopOfPiece));
    this.paintChoice();
    this.nodeOf(stop)?.focus();
    return this.onselect(this.selected);
  }

  /** The element of a segment; null while it is not built. */
  nodeOf(stop) {
    const block = this.blockOfStop(stop);
    if (!block?.built) return null;
    const nodes = this.elementsOfSentence(block, SIDES.indexOf(stop.side), stop.sentence);
    return nodes.find(({ dataset }) => dataset.key === stop.key) ?? nodes[0] ?? null;
  }

  /** Brings the counterpart of the chosen segment into view, and with it the segment itself if there is room. */
  reveal() {
    const bead = this.model.beads.get(this.selected?.key);
    if (!bead || bead.state === "lone") return;
    const other = this.stopOf(bead.key, SIDES.find((name) => name !== this.selected.side));
    const block = this.blockOfStop(other);
    if (!block) return;
    this.build(block);
    const node = this.nodeOf(other);
    if (node) bringIntoView(node, "nearest");
  }

  /** Goes `by` segments on, on the same side, linked or not. */
  stepPiece(by, extending = false) {
    const from = (extending ? this.marked.at(-1) : this.selected) ?? this.firstStop();
    const side = this.model.sides[SIDES.indexOf(from.side)];
    const here = piecesOf(side, from.sentence);
    const next = !extending && here[here.findIndex(({ key }) => key === from.key) + by];
    const piece = next || this.pieceBeyond(side, from.sentence, by);
    if (!piece) return;
    if (extending) this.extend(stopOfPiece(piece));
    else this.select(stopOfPiece(piece), { scroll: "nearest", focus: true });
  }

  /** The nearest piece of the sentences after (1) or before (-1) this one, among those that are shown. */
  pieceBeyond(side, from, by) {
    const [low, high] = this.range ? [this.range.from[side.at], this.range.to[side.at]] : [0, side.sentences.length];
    for (let sentence = from + by; sentence >= low && sentence < high; sentence += by) {
      const piece = piecesOf(side, sentence).at(by > 0 ? 0 : -1);
      if (piece) return piece;
    }
    return null;
  }

  /** Goes to the other side: to the counterpart, or else to what stands beside. */
  cross(side) {
    if (!this.selected || this.selected.side === side) return;
    const bead = this.model.beads.get(this.selected.key);
    const stop = bead?.[side].length ? this.stopOf(bead.key, side) : this.stopBeside(side);
    if (stop) this.select(stop, { scroll: "nearest", focus: true });
  }

  /** What stands on the other side at the height of what is chosen. */
  stopBeside(side) {
    const top = this.nodeOf(this.selected)?.getBoundingClientRect().top ?? 0;
    const column = this.blockOfStop(this.selected)?.columns?.[SIDES.indexOf(side)];
    const nodes = [...(column?.querySelectorAll(".piece") ?? [])];
    const beside = nodes.find((node) => node.getBoundingClientRect().bottom > top) ?? nodes.at(-1);
    return beside ? stopAt(beside) : null;
  }

  /** The first segment there is. */
  firstStop() {
    for (const side of this.blocks.length ? this.model.sides : []) {
      const piece = this.pieceBeyond(side, this.blocks[0].from[side.at] - 1, 1);
      if (piece) return stopOfPiece(piece);
    }
    return null;
  }

  /** Shows what is chosen; one segment can be reached by Tab. */
  paintChoice() {
    for (const node of this.painted) {
      node.classList.remove("chosen", "at", "linking");
      node.removeAttribute("aria-current");
      if (node.piece) node.tabIndex = -1;
    }
    const nodesOf = (stops) => stops.map((stop) => stop && this.nodeOf(stop)).filter(Boolean);
    const chosen = this.selected ? this.elementsOf(this.selected.key) : [];
    const [marked, linking] = [nodesOf(this.marked), nodesOf(this.linking)];
    const entry = nodesOf([this.selected ?? this.firstStop()]);
    for (const node of chosen) {
      node.classList.add("chosen");
      if (node.piece) node.setAttribute("aria-current", "true");
    }
    const isTold = marked.length > 1 || chosen.filter(({ piece }) => piece?.side.name === this.selected.side).length > 1;
    for (const node of isTold ? marked : []) node.classList.add("at");
    for (const node of linking) node.classList.add("linking");
    for (const node of entry) node.tabIndex = 0;
    this.painted = [...chosen, ...marked, ...linking, ...entry];
  }

  /** Whether a piece passes the filters. */
  shows(piece) {
    return this.filters === null || this.filters.pass(piece);
  }

  /** Dims in a block, or in all, what the filters do not let pass, and lights up what is searched in the rest. */
  paintFilter(block) {
    if (!block && this.filters) LIGHT?.clear();
    for (const one of (block ? [block] : this.blocks).filter(({ built }) => built)) {
      for (const node of [...one.pieces.values()].flat(2)) {
        const passes = this.shows(node.piece);
        node.classList.toggle("dim", !passes);
        if (passes && this.filters?.query) for (const range of rangesOf(node, this.filters.query)) LIGHT?.add(range);
      }
      this.paintBands(one);
    }
  }

  paintBands({ built, gutter }) {
    for (const band of built ? gutter.children : []) {
      const { key } = band.dataset;
      const bead = this.model.beads.get(key);
      band.classList.toggle("chosen", key === this.selected?.key);
      band.classList.toggle("lit", key === this.lit);
      band.classList.toggle("dim", Boolean(bead) && !this.shows({ bead }));
    }
  }

  /** Shows also what is only related, or not any more. */
  showRelated(on) {
    this.withRelated = on;
    this.assign();
    for (const block of this.blocks) if (block.built) this.draw(block);
  }

  /** The sentences now in the window: `[[first, last], [first, last]]`; null if none. */
  inWindow(top = 0) {
    const seen = [[], []];
    for (const { node, columns } of this.blocks.filter(({ near, built }) => near && built)) {
      const box = node.getBoundingClientRect();
      if (box.bottom < top || box.top > innerHeight) continue;
      for (const at of [0, 1]) {
        const nodes = columns[at].querySelectorAll(".piece");
        const first = firstPlace(nodes, (one) => one.getBoundingClientRect().bottom > top);
        const last = firstPlace(nodes, (one) => one.getBoundingClientRect().top > innerHeight) - 1;
        if (first <= last) seen[at].push(nodes[first].piece.sentence, nodes[last].piece.sentence);
      }
    }
    return seen.every(({ length }) => length) ? seen.map((found) => [found[0], found.at(-1)]) : null;
  }
}

const keyUnder = (node) => node.closest?.("[data-key]")?.dataset.key ?? null;
const stopOfPiece = ({ key, side, sentence }) => ({ key, side: side.name, sentence });
const stopAt = ({ piece }) => stopOfPiece(piece);

/** What a block must be built anew for. */
const signatureOf = ({ key, state, source, target, p, relation, crossing, decision, note, flags }) =>
  [key, state, source, target, p, relation, crossing, decision, note, flags];

/** Elements in runs of such as follow one another. */
function runsOf(nodes) {
  const runs = [];
  for (const node of nodes) {
    const before = runs.at(-1)?.at(-1);
    if (before && node.piece.sentence - before.piece.sentence <= 1) runs.at(-1).push(node);
    else runs.push([node]);
  }
  return runs;
}

/** Runs something when the browser has time, but within a tenth of a second. */
const whenIdle = (run) =>
  (window.requestIdleCallback ? requestIdleCallback(run, { timeout: 100 }) : setTimeout(run, 10));

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Scrolls so that an element is not under the bars at the edges of the window. */
function bringIntoView(node, where) {
  node.scrollIntoView({ block: where, behavior: isCalm() || where === "center" ? "auto" : "smooth" });
}
