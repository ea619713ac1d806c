"use strict";
/* The panel beside the texts: all there is to say of the chosen record, or of a sentence without counterpart. */

/** The panel of what is chosen: of nothing, a hint. */
function detailsOf(model, stop) {
  if (!stop) return [element("p", { class: "hint" }, "Choose a segment to see what was measured of it.")];
  const bead = model.beads.get(stop.key);
  return bead && bead.state !== "lone" ? recordDetails(model, bead) : loneDetails(model, stop, bead);
}

function recordDetails(model, bead) {
  const name =
    bead.state === "record"
      ? `Record ${count(bead.place + 1)} of ${count(model.records.length)}`
      : bead.state === "rejected"
        ? "Rejected record"
        : "Related, no record";
  return [
    element("h2", { id: "details-title" }, name),
    element("p", { class: "headline" }, pChip(bead.p), " ", relationInWords(bead), " ", decisionMark(bead)),
    bead.crossing &&
      element("p", { class: "warning" }, "⤫ Crosses other records: it stands elsewhere in the other text."),
    bead.flags.length > 0 && element("p", { class: "warning" }, "⚑ ", listed(bead.flags.map(spaced))),
    measures([
      [
        "Sentences",
        `${bead.source.length}-${bead.target.length} (${model.sides.map((side) => `${languageName(side.lang)} ${sentenceNumbers(bead[side.name])}`).join(", ")})`,
      ],
      ["Score", measure(bead.score)],
      ["Cosine", measure(bead.cosine)],
      ["Margin", measure(bead.margin)],
    ]),
    evidenceList(model, bead),
    bead.note && element("p", { class: "note" }, element("strong", {}, "✎ Note: "), bead.note),
    copyLink(model, bead.key),
  ];
}

function loneDetails(model, { side, sentence, key }, told) {
  const { lang, foreign } = model.sides[SIDES.indexOf(side)];
  return [
    element("h2", { id: "details-title" }, `${languageName(lang)} sentence ${count(sentence + 1)}`),
    element("p", { class: "headline" }, "No counterpart. ", told && decisionMark(told)),
    foreign[sentence] && element("p", {}, `Written in ${languageName(foreign[sentence])}.`),
    told?.note && element("p", { class: "note" }, element("strong", {}, "✎ Note: "), told.note),
    copyLink(model, key),
  ];
}

const relationInWords = ({ relation }) =>
  element(
    "span",
    { class: relation === "conflicting" ? "relation conflicting" : "relation" },
    relation === "conflicting" && "≠ ",
    SEGMENT_RELATIONS[relation] ?? "relation not told",
  );

const decisionMark = ({ decision }) =>
  decision
    ? element("span", { class: `decided ${decision}` }, decision === "accepted" ? "✓ accepted" : "✗ rejected")
    : null;

const measure = (value) => (value === null ? "not measured" : value.toFixed(2));

/** [3, 4, 5] → "4–6": people count from one. */
const sentenceNumbers = (list) =>
  list.length === 0
    ? "none"
    : list.length === 1
      ? count(list[0] + 1)
      : `${count(list[0] + 1)}–${count(list.at(-1) + 1)}`;

const measures = (rows) =>
  element(
    "dl",
    {},
    rows.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );

/** What in the two texts agrees, and what does not: that first. */
function evidenceList(model, { evidence }) {
  if (!evidence.length) return element("p", { class: "hint" }, "No numbers, dates or names in common.");
  const ties = [...evidence].sort((one, other) => one.agrees - other.agrees);
  return element(
    "ul",
    { class: "evidence" },
    ties.map((tie) => {
      const texts = model.sides.map((side) => cut(side.text, ...tie.spans[side.at]));
      return element(
        "li",
        { class: tie.agrees ? "agrees" : "conflict" },
        element("span", { class: "kind" }, tie.agrees ? "" : "≠ conflict: ", spaced(tie.kind)),
        " ",
        quoted(model.sides[0].number, texts[0], "q"),
        tie.agrees ? " = " : " ≠ ",
        quoted(model.sides[1].number, texts[1], "q"),
        !tie.agrees && element("span", { class: "difference" }, tie.told),
      );
    }),
  );
}

function copyLink(model, key) {
  const link = `#pair/${model.number}/${key}`;
  return element(
    "p",
    { class: "links" },
    element("a", { href: link, id: "record-link" }, "Link to this"),
    " ",
    element(
      "button",
      {
        type: "button",
        class: "quiet",
        id: "copy-link",
        onclick: () => copied(new URL(link, location.href).href),
      },
      "Copy link",
    ),
  );
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Link copied");
  } catch {
    announce("The browser does not let this page copy; use the link beside");
  }
}
