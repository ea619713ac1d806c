"use strict";
/* The panel beside the texts: all there is to say of the chosen record, or of a sentence without counterpart. */

/** The panel itself, empty. */
const detailsPanel = () =>
  element("section", { class: "details", id: "details", "aria-labelledby": "details-title", tabindex: -1 });

/** The panel of what is chosen: of nothing, a hint. */
function detailsOf(model, stop) {
  if (!stop) return element("p", { class: "hint" }, "Choose a segment to see what was measured of it.");
  const bead = model.beads.get(stop.key);
  const told = bead && bead.state !== "lone" ? recordDetails(model, bead) : loneDetails(model, stop, bead);
  const note = bead?.note && element("p", { class: "note" }, element("strong", {}, "✎ Note: "), bead.note);
  return [told, note, copyLink(`#pair/${model.number}/${stop.key}`)];
}

const detailsTitle = (...text) => element("h2", { id: "details-title" }, text);

function recordDetails(model, bead) {
  const name = {
    record: `Record ${count(bead.place + 1)} of ${count(model.records.length)}`,
    rejected: "Rejected record",
    related: "Related, no record",
  };
  const sentences = model.sides.map((side) => `${languageName(side.lang)} ${sentenceNumbers(bead[side.name])}`);
  return [
    detailsTitle(name[bead.state]),
    element("p", {}, pChip(bead.p), " ", relationInWords(bead), " ", decisionMark(bead)),
    isReview() && bead.relation === "conflicting" && isRecord(bead) && element("p", { class: "hint" }, BOTH_STAND),
    bead.crossing &&
      element("p", { class: "warning" }, "⤫ Crosses other records: it stands elsewhere in the other text."),
    bead.flags.length > 0 && element("p", { class: "warning" }, "⚑ ", listed(bead.flags.map(spaced))),
    element("dl", {}, [
      ["Sentences", `${kindOf(bead)} (${sentences.join(", ")})`],
      ["Score", measure(bead.score)],
      ["Cosine", measure(bead.cosine)],
      ["Margin", measure(bead.margin)],
    ].map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)])),
    evidenceList(model, bead),
  ];
}

/** What a decision on a record whose sides contradict each other means. */
const BOTH_STAND = "To accept it says that these belong together, not which of the two is right.";

function loneDetails({ sides }, { side, sentence }, told) {
  const { lang, foreign } = sides[SIDES.indexOf(side)];
  return [
    detailsTitle(`${languageName(lang)} sentence ${count(sentence + 1)}`),
    element("p", {}, "No counterpart. ", told && decisionMark(told)),
    foreign[sentence] && element("p", {}, `Written in ${languageName(foreign[sentence])}.`),
  ];
}

const relationInWords = ({ relation }) =>
  element("span", { class: relation === "conflicting" ? "relation conflicting" : "relation" },
    relation === "conflicting" && "≠ ", toldRelation(relation));

const decisionMark = ({ decision }) =>
  decision &&
  element("span", { class: `decided ${decision}` }, decision === "accepted" ? "✓ accepted" : "✗ rejected");

const measure = (value) => (value === null ? "not measured" : value.toFixed(2));

/** [3, 4, 5] → "4–6": people count from one. */
function sentenceNumbers(list) {
  const ends = [...new Set([list[0], list.at(-1)])];
  return list.length ? ends.map((sentence) => count(sentence + 1)).join("–") : "none";
}

/** What in the two texts agrees, and what does not: that first. */
function evidenceList({ sides }, { evidence }) {
  if (!evidence.length) return element("p", { class: "hint" }, "No numbers, dates or names in common.");
  const said = (tie, at) => quoted(sides[at].number, cut(sides[at].text, ...tie.spans[at]), "q");
  const ties = evidence.toSorted((one, other) => one.agrees - other.agrees);
  return element("ul", { class: "evidence" }, ties.map((tie) =>
    element("li", { class: tie.agrees ? null : "conflict" },
      element("span", { class: "kind" }, tie.agrees ? "" : "≠ contradiction: ", spaced(tie.kind)),
      " ", said(tie, 0), tie.agrees ? " = " : " ≠ ", said(tie, 1),
      !tie.agrees && element("span", { class: "difference" }, tie.told))));
}

const copyLink = (href) =>
  element("p", { class: "links" },
    element("a", { href, id: "record-link" }, "Link to this"), " ",
    button({ class: "quiet", id: "copy-link", onclick: () => copy(new URL(href, location.href).href) }, "Copy link"));

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Link copied");
  } catch {
    announce("The browser does not let this page copy; use the link beside");
  }
}
