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
  const node = element(
    "span",
    {
      class: `${told ? classesOf("piece", told) : "piece"}${bead ? "" : " unaligned"}${foreign ? " foreign" : ""}`,
      role: "button",
      tabindex: -1,
      lang: foreign,
      "data-side": side.name,
      "data-sentence": sentence,
      "data-start": start,
      "data-key": key,
      "aria-description": descriptionOf(model, piece),
      style: bead ? { "--colour": pColour(bead.p) } : {},
    },
    isFirst && chipOf(bead, told),
    foreign && element("span", { class: "tag", "aria-hidden": "true" }, foreign),
    markedText(piece),
  );
  node.piece = piece;
  return node;
}

/** What a screen reader tells of a piece beside its text. */
function descriptionOf(model, { side, sentence, bead, told }) {
  const foreign = side.foreign[sentence];
  const other = model.sides[1 - side.at];
  return [
    bead ? `aligned with “${shortened(textOf(other, bead))}”, p ${pLabel(bead.p)}` : LONE[told?.decision ?? ""],
    bead?.crossing && "crossing",
    bead && SEGMENT_RELATIONS[bead.relation],
    bead?.decision,
    told?.note && `note: ${told.note}`,
    foreign && `in ${languageName(foreign)}`,
  ]
    .filter(Boolean)
    .join(", ");
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
  ]
    .filter(Boolean)
    .join("");
  const worth = bead && bead.decision !== "accepted" ? (bead.p === null ? "?" : pLabel(bead.p)) : "";
  return element(
    "span",
    { class: "chip", "aria-hidden": "true" },
    bead ? `${signs}${signs && worth ? " " : ""}${worth}` : signs || "○",
    WORD_JOINER,
  );
}

/** The text of a piece, with what agrees or conflicts in it marked. */
function markedText({ side, start, end, bead }) {
  const ties = (bead?.evidence ?? [])
    .map((tie) => ({ ...tie, span: tie.spans[side.at] }))
    .filter(({ span }) => span[0] < span[1] && span[0] >= start && span[1] <= end)
    .filter((tie, _, all) => !tie.agrees || all.every((other) => other.agrees || !overlap(tie.span, other.span)))
    .sort((one, other) => one.span[0] - other.span[0]);
  const nodes = [];
  let at = start;
  for (const { span, agrees, told } of ties) {
    if (span[0] < at) continue;
    nodes.push(cut(side.text, at, span[0]));
    const text = cut(side.text, ...span);
    nodes.push(
      agrees
        ? element("span", { class: "agrees", title: told }, text)
        : element(
            "mark",
            { class: "conflict", title: told },
            element("span", { class: "sign", "aria-hidden": "true" }, "≠"),
            element("span", { class: "hidden" }, "conflict: "),
            text,
          ),
    );
    at = span[1];
  }
  return [...nodes, cut(side.text, at, end)];
}

const overlap = (one, other) => one[0] < other[1] && other[0] < one[1];

/** The beginning of a text, on one line. */
function shortened(text, length = 80) {
  const line = text.split(/\s+/).join(" ");
  const points = Array.from(line.slice(0, 2 * length));
  return points.length > length ? `${points.slice(0, length).join("")}…` : line;
}
