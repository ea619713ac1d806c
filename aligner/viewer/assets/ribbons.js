"use strict";
/* The bands between two texts: each from where its segment stands on the left to where it stands on the right. */

const LEAST_BAND = 3;

/** Draws the bands of a block into its gutter: of each of `links` from the runs of elements on the left to those on the
 *  right, or, where one side is away, its beginning. */
function drawRibbons(gutter, links, columns) {
  const { top, width } = gutter.getBoundingClientRect();
  if (!width) return gutter.replaceChildren();
  const frames = columns.map(frameOf);
  const placed = links.map(({ bead, runs, away }) =>
    ({ bead, away, ends: runs.map((side, at) => side.map((run) => extentOf(run, frames[at], top))) }));
  return refill(gutter, placed.map(({ bead, away, ends }) =>
    (ends.every(({ length }) => length) ? bandsOf(bead, ends, width)
      : ends.map((side, at) => side.map((end) => stubOf(bead, end, at, away, width))))));
}

/** What must be known of a column to tell where in it a character stands. */
function frameOf(column) {
  const { left, width } = column.getBoundingClientRect();
  const style = getComputedStyle(column);
  return { left, width: width || 1, line: parseFloat(style.lineHeight) || 24, rtl: style.direction === "rtl" };
}

/** From where to where a run of elements stands, down the page: a character in the middle of a line in its middle. */
function extentOf(run, { left, width, line, rtl }, top) {
  const first = run[0].getClientRects()[0];
  const last = [...run.at(-1).getClientRects()].at(-1);
  if (!first || !last) return [0, 0];
  const across = (x) => Math.min(1, Math.max(0, rtl ? (left + width - x) / width : (x - left) / width));
  const down = (rect, x) => rect.top + (rect.height - line) / 2 - top + line * across(x);
  const start = down(first, rtl ? first.right : first.left);
  const end = down(last, rtl ? last.left : last.right);
  return end - start < LEAST_BAND ? [(start + end - LEAST_BAND) / 2, (start + end + LEAST_BAND) / 2] : [start, end];
}

/** A band or its beginning, and what is written on it. */
const ribbon = (bead, attributes, ...children) =>
  svg("g", { "data-key": bead.key, style: { "--colour": pColour(bead.p) }, class: classesOf("ribbon", bead),
    ...attributes }, children);

/** The bands of one bead, with its probability in the middle. */
function bandsOf(bead, [lefts, rights], width) {
  const middle = [...lefts[0], ...rights[0]].reduce((sum, y) => sum + y) / 4;
  return ribbon(bead, {},
    lefts.map((left) => rights.map((right) => svg("path", { d: bandPath(left, right, width) }))),
    svg("text", { x: width / 2, y: middle, class: "worth" },
      bead.crossing && "⤫ ", bead.relation === "conflicting" && "≠ ", pShort(bead.p)));
}

function bandPath([top, bottom], [otherTop, otherBottom], width) {
  const half = width / 2;
  return `M0 ${top}C${half} ${top} ${half} ${otherTop} ${width} ${otherTop}`
    + `V${otherBottom}C${half} ${otherBottom} ${half} ${bottom} 0 ${bottom}Z`;
}

/** The beginning of a band whose other end is drawn elsewhere; its arrow tells which way. */
function stubOf(bead, [top, bottom], at, { sentence, down }, width) {
  const [start, tip, x, side] = at === 0 ? [0, 0.36, 3, "from-left"] : [width, 0.64, width - 3, "from-right"];
  const middle = (top + bottom) / 2;
  return ribbon(bead, { class: `${classesOf("ribbon", bead)} stub`, "data-jump": SIDES[1 - at] },
    svg("path", { d: `M${start} ${top}L${width * tip} ${middle}L${start} ${bottom}Z` }),
    svg("text", { x, y: middle, class: `worth ${side}` }, `${down ? "↓" : "↑"} ${count(sentence + 1)}`));
}

/** What the look of a segment or band depends on. */
const classesOf = (kind, { state, crossing, relation, decision, p }) =>
  [
    kind, state, crossing && "crossing", relation === "conflicting" && "conflicting", decision,
    p !== null && p < 0.7 && "doubtful",
  ].filter(Boolean).join(" ");
