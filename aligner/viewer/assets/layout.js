"use strict";
/* How the texts of a pair are cut up: into pieces by what belongs together, into blocks by what is drawn together.
 * Nothing here draws. */

const SIDES = ["source", "target"];

/** Sentences of a side that one block holds at most, where the links let it be cut: `limit`. Pairs of no more than
 *  `whole` a side are one block, in which every crossing is drawn. */
const BESIDE = { limit: 40, whole: 60 };

/** The same where both texts stand one below the other. */
const BELOW = { limit: 6, whole: 6 };

/** A pair as it is now, ready to be shown. */
async function loadModel(number) {
  const { source, target } = view.pairs[number];
  const asked = [load("pair", number), load("document", source), load("document", target)];
  const [data, ...documents] = await Promise.all(asked);
  return modelOf(number, data, documents);
}

/** A pair ready to be shown: its two sides, and everything between them by its key. */
function modelOf(number, data, documents) {
  const row = view.pairs[number];
  const beads = new Map();
  const taken = (list, stateOf) =>
    (list ?? []).map((bead) => {
      const known = { ...bead, key: keyOf(bead), state: stateOf(bead) };
      beads.set(known.key, known);
      return known;
    });
  const related = taken(data.related, () => "related");
  const stated = taken(data.beads, stateOfBead);
  const rejected = [...taken(data.rejected, () => "rejected"), ...stated.filter(({ state }) => state === "rejected")];
  const records = stated.filter(({ state }) => state === "record").sort(bySource);
  const lone = stated.filter(({ state }) => state === "lone");
  for (const [place, bead] of records.entries()) bead.place = place;
  const sides = SIDES.map((name, at) => sideOf(at, row[name], documents[at], { records, lone, rejected }));
  return { number, data, row, beads, records, lone, related, rejected, sides };
}

const stateOfBead = ({ source, target, decision }) =>
  source.length === 0 || target.length === 0 ? "lone" : decision === "rejected" ? "rejected" : "record";

const isRecord = (bead) => bead?.state === "record";

const bySource = (one, other) => one.source[0] - other.source[0] || one.spans[0][0] - other.spans[0][0];

/** One of the two texts, with the beads that hold each sentence. */
function sideOf(at, number, { text, sentences, foreign }, { records, lone, rejected }) {
  const name = SIDES[at];
  const { id, lang, dir } = view.documents[number];
  const held = new Map();
  for (const bead of records) {
    for (const sentence of bead[name]) held.set(sentence, [...(held.get(sentence) ?? []), bead]);
  }
  const decided = new Map([...rejected, ...lone].flatMap((bead) => bead[name].map((sentence) => [sentence, bead])));
  return { at, name, number, id, lang, dir, text, sentences, foreign, held, decided };
}

/** A sentence in pieces, each wholly of one record or of none. `told`: the record, or else what a person decided of it. */
function piecesOf(side, sentence) {
  const [start, end] = side.sentences[sentence];
  if (start === end) return [];
  const held = side.held.get(sentence) ?? [];
  const inside = held.flatMap((bead) => bead.spans[side.at]).filter((place) => place > start && place < end);
  const places = [...new Set([start, ...inside, end])].sort((one, other) => one - other);
  return places.slice(1)
    .map((last, place) => pieceOf(side, sentence, places[place], last, held))
    .filter((piece) => piece.bead || cut(side.text, piece.start, piece.end).trim());
}

function pieceOf(side, sentence, start, end, held) {
  const bead = held.find(({ spans }) => spans[side.at][0] <= start && end <= spans[side.at][1]) ?? null;
  const told = bead ?? side.decided.get(sentence) ?? null;
  return { side, start, end, sentence, bead, told, key: told?.key ?? loneKey(side, sentence) };
}

/** The key of a sentence that no bead holds. */
function loneKey(side, sentence) {
  const span = side.sentences[sentence].join("-");
  return side.at === 0 ? `${span}:0-0` : `0-0:${span}`;
}

/** Whether a new paragraph begins with this sentence. */
function isParagraph({ text, sentences }, sentence) {
  if (sentence === 0 || sentence >= sentences.length) return true;
  return /\n\s*\n/.test(cut(text, sentences[sentence - 1][1], sentences[sentence][0]));
}

/** The text of a bead on one side. */
const textOf = (side, bead) => cut(side.text, ...bead.spans[side.at]);

/* Blocks. */

/** Where both texts are cut into blocks: `[source sentence, target sentence]`, without begin and end. */
function cutsOf({ sides, records }, { limit, whole } = BESIDE) {
  const sizes = sides.map(({ sentences }) => sentences.length);
  if (Math.max(...sizes) <= whole) return [];
  const fits = (from, to) => extent(from, to) <= limit;
  const places = placesOf(risingChain(records), sizes);
  const torn = tornAt(places, records, limit);
  const broken = ([source, target]) => !isParagraph(sides[0], source) + !isParagraph(sides[1], target);
  const cuts = [];
  for (let from = 0; !fits(places[from], sizes);) {
    let best = from + 1;
    let least = Infinity;
    for (let next = from + 1; next < places.length && fits(places[from], places[next]); next++) {
      const cost = 4 * torn[next] + broken(places[next]) + 3 * (1 - extent(places[from], places[next]) / limit);
      if (cost <= least) [best, least] = [next, cost];
    }
    from = best;
    if (from >= places.length - 1) break;
    cuts.push(places[from]);
  }
  return cuts;
}

const extent = (from, to) => Math.max(to[0] - from[0], to[1] - from[1]);

/** The blocks between the cuts: `{from: [source, target], to: [source, target]}`. */
function blocksOf({ sides }, cuts) {
  const ends = [[0, 0], ...cuts, sides.map(({ sentences }) => sentences.length)];
  return ends.slice(1).map((to, place) => ({ from: ends[place], to }));
}

/** The longest chain of records that rises on both sides. */
function risingChain(records) {
  const tails = [];
  const before = new Map();
  for (const bead of records) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tails[middle].target[0] < bead.target[0]) low = middle + 1;
      else high = middle;
    }
    before.set(bead, tails[low - 1]);
    tails[low] = bead;
  }
  const chain = [];
  for (let bead = tails.at(-1); bead; bead = before.get(bead)) chain.push(bead);
  return chain.reverse();
}

/** All places where the chain lets both texts be cut, rising; where neither is linked, both advance evenly. */
function placesOf(chain, sizes) {
  const places = [];
  let [source, target] = [0, 0];
  for (const bead of [...chain, { source: [sizes[0]], target: [sizes[1]] }]) {
    const steps = [bead.source[0] - source, bead.target[0] - target];
    const count = Math.max(...steps);
    for (let step = 0; step <= count && Math.min(...steps) >= 0; step++) {
      const share = count ? step / count : 0;
      places.push([source + Math.round(steps[0] * share), target + Math.round(steps[1] * share)]);
    }
    source = Math.max(source, bead.source.at(-1) + 1);
    target = Math.max(target, bead.target.at(-1) + 1);
  }
  return places;
}

/** How many records a cut at each of these places would tear apart, of those that one block can hold. */
function tornAt(places, records, limit) {
  const changes = new Int32Array(places.length + 1);
  for (const { source, target } of records) {
    const first = firstPlace(places, ([a, b]) => a > source[0] || b > target[0]);
    const last = firstPlace(places, ([a, b]) => a > source.at(-1) && b > target.at(-1));
    if (last - first > limit) continue;
    changes[first] += 1;
    changes[last] -= 1;
  }
  let sum = 0;
  return changes.map((change) => (sum += change));
}

/** The first of rising places of which something holds that holds of all after it. */
function firstPlace(places, holds) {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(places[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The number of the block that holds a sentence of a side. */
const blockAt = (blocks, at, sentence) => firstPlace(blocks, ({ to }) => sentence < to[at]);
