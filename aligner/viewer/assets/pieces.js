"use strict";
/* What the running texts are made of: a sentence, or a part of one, as an element that can be chosen. */

/** What is told of a sentence that no record holds, by what was decided of it. */
const LONE = {
  "": "not aligned",
  accepted: "has no counterpart, as decided",
  rejected: "not aligned: what it stood with was rejected",
};

/** The element of a piece; the first of its segment bears the mark. */
function pieceElement(model, piece, isFirst) {
  const { side, sentence, start, bead, told, key } = piece;
  const foreign = side.foreign[sentence];
  const node = element("span", {
    class: [told ? classesOf("piece", told) : "piece", !bead && "unaligned", foreign && "foreign"]
      .filter(Boolean).join(" "),
    role: "button", tabindex: -1, lang: foreign,
    "data-side": side.name, "data-sentence": sentence, "data-start": start, "data-key": key,
    "aria-description": descriptionOf(model, piece),
    style: bead ? { "--colour": pColour(bead.p) } : {},
  },
    isFirst && chipOf(bead, told),
    foreign && element("span", { class: "tag", "aria-hidden": "true" }, foreign),
    markedText(piece));
  node.piece = piece;
  return node;
}

/** What a screen reader tells of a piece beside its text. */
function descriptionOf({ sides }, { side, sentence, bead, told }) {
  const foreign = side.foreign[sentence];
  return [
    bead ? `aligned with “${shortened(textOf(sides[1 - side.at], bead))}”, p ${pLabel(bead.p)}`
      : LONE[told?.decision ?? ""],
    bead?.crossing && "crossing",
    bead && toldRelation(bead.relation),
    bead?.decision,
    told?.note && `note: ${told.note}`,
    foreign && `in ${languageName(foreign)}`,
  ].filter(Boolean).join(", ");
}

/** Keeps a mark on the line of what it belongs to. */
const WORD_JOINER = "\u2060";

/** The mark at the beginning of a segment: how probable it is, and what was decided. */
function chipOf(bead, told) {
  const signs = [
    told?.decision === "accepted" && "✓",
    told?.decision === "rejected" && "✗",
    told?.note && "✎",
    bead?.crossing && "⤫",
    bead?.relation === "conflicting" && "≠",
    bead?.flags.length > 0 && "⚑",
  ].filter(Boolean).join("");
  const worth = bead && bead.decision !== "accepted" && pShort(bead.p);
  const record = isRecord(bead) && count(bead.place + 1);
  return element("span", { class: "chip", "aria-hidden": "true", "data-record": record },
    [signs, worth].filter(Boolean).join(" ") || "○", WORD_JOINER);
}

/** "0.93", or "?". */
const pShort = (p) => (p === null ? "?" : pLabel(p));

/** The text of a piece, with what agrees or conflicts in it marked. */
function markedText({ side, start, end, bead }) {
  const nodes = [];
  let at = start;
  for (const tie of tiesWithin(bead?.evidence ?? [], side.at, start, end)) {
    const [first, last] = tie.spans[side.at];
    if (first < at) continue;
    nodes.push(cut(side.text, at, first), tieElement(tie, cut(side.text, first, last)));
    at = last;
  }
  return [...nodes, cut(side.text, at, end)];
}

/** What of the evidence stands in this piece, in its order; of two on one place that which conflicts. */
function tiesWithin(evidence, at, start, end) {
  const span = (tie) => tie.spans[at];
  const within = evidence.filter((tie) => start <= span(tie)[0] && span(tie)[0] < span(tie)[1] && span(tie)[1] <= end);
  const conflicts = within.filter(({ agrees }) => !agrees);
  return within
    .filter((tie) => !tie.agrees || !conflicts.some((other) => overlap(span(tie), span(other))))
    .sort((one, other) => span(one)[0] - span(other)[0]);
}

const tieElement = ({ agrees, told }, text) =>
  (agrees ? element("span", { class: "agrees", title: told }, text)
    : element("mark", { class: "conflict", title: told },
      element("span", { class: "sign", "aria-hidden": "true" }, "≠"),
      element("span", { class: "hidden" }, "contradiction: "), text));

const overlap = (one, other) => one[0] < other[1] && other[0] < one[1];

/** The beginning of a text, on one line. */
function shortened(text, length = 80) {
  const line = text.split(/\s+/).join(" ");
  const points = Array.from(line.slice(0, 2 * length));
  return points.length > length ? `${points.slice(0, length).join("")}…` : line;
}

/* What is searched is lit up without a mark of its own, so that it may lie across others. */

/** The words of a query in a piece, as ranges of its text. */
function rangesOf(node, query) {
  const texts = textsIn(node);
  return hitsIn(texts.map(({ data }) => data).join(""), query).map(([start, end]) => {
    const [first, last] = [placeIn(texts, start + 1), placeIn(texts, end)];
    return new StaticRange({
      startContainer: first.text, startOffset: first.offset - 1, endContainer: last.text, endOffset: last.offset,
    });
  });
}

/** The text nodes of a piece that stand in the document: no signs, no words for the ear. */
function textsIn(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode())
    if (!walker.currentNode.parentNode.closest(".chip, .tag, .sign, .hidden")) found.push(walker.currentNode);
  return found;
}

/** The text node that holds the character before `offset`, and the offset in it. */
function placeIn(texts, offset) {
  let left = offset;
  const text = texts.find(({ length }) => left <= length || (left -= length) < 0);
  return { text, offset: left };
}
