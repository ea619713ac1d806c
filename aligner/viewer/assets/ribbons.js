"use strict";
/* The bands between two texts: each from where its segment stands on the left to where it stands on the right. */

const LEAST_BAND = 3;

/** Draws the bands of a block into its gutter. `links` are `[bead, left elements, right elements]`, in runs. */
function drawRibbons(gutter, links, columns) {
  const box = gutter.getBoundingClientRect();
  if (!box.width) return gutter.replaceChildren();
  const frames = columns.map(frameOf);
  const extents = links.map(({ runs }) =>
    runs.map((side, at) => side.map((run) => extentOf(run, frames[at], box.top))),
  );
  gutter.replaceChildren(
    ...links.flatMap(({ bead, away }, place) => {
      const [left, right] = extents[place];
      if (left.length && right.length) return [bandsOf(bead, left, right, box.width)];
      return [
        ...left.map((extent) => stubOf(bead, extent, 0, away, box.width)),
        ...right.map((extent) => stubOf(bead, extent, 1, away, box.width)),
      ];
    }),
  );
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

/** The bands of one bead, with its probability in the middle. */
function bandsOf(bead, lefts, rights, width) {
  const [left, right] = [lefts[0], rights[0]];
  const middle = (left[0] + left[1] + right[0] + right[1]) / 4;
  return svg(
    "g",
    { class: classesOf("ribbon", bead), "data-key": bead.key, style: { "--colour": pColour(bead.p) } },
    lefts.flatMap((one) => rights.map((other) => svg("path", { d: bandPath(one, other, width) }))),
    svg("text", { x: width / 2, y: middle, class: "worth" }, ribbonLabel(bead)),
  );
}

const ribbonLabel = (bead) =>
  `${bead.crossing ? "⤫ " : ""}${bead.relation === "conflicting" ? "≠ " : ""}${bead.p === null ? "?" : pLabel(bead.p)}`;

function bandPath([top, bottom], [otherTop, otherBottom], width) {
  const half = width / 2;
  return `M0 ${top}C${half} ${top} ${half} ${otherTop} ${width} ${otherTop}V${otherBottom}C${half} ${otherBottom} ${half} ${bottom} 0 ${bottom}Z`;
}

/** The beginning of a band whose other end is drawn elsewhere; its arrow tells which way. */
function stubOf(bead, [top, bottom], at, { sentence, down }, width) {
  const tip = width * (at === 0 ? 0.36 : 0.64);
  const start = at === 0 ? 0 : width;
  const middle = (top + bottom) / 2;
  return svg(
    "g",
    {
      class: `${classesOf("ribbon", bead)} stub`,
      "data-key": bead.key,
      "data-jump": SIDES[1 - at],
      style: { "--colour": pColour(bead.p) },
    },
    svg("path", { d: `M${start} ${top}L${tip} ${middle}L${start} ${bottom}Z` }),
    svg(
      "text",
      { x: at === 0 ? 3 : width - 3, y: middle, class: `worth ${at === 0 ? "from-left" : "from-right"}` },
      `${down ? "↓" : "↑"} ${sentence + 1}`,
    ),
  );
}

/** What the look of a segment or band depends on. */
function classesOf(kind, { state, crossing, relation, decision, p }) {
  return [
    kind,
    state,
    crossing && "crossing",
    relation === "conflicting" && "conflicting",
    decision,
    p !== null && p < 0.7 && "doubtful",
  ]
    .filter(Boolean)
    .join(" ");
}
