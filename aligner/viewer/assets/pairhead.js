"use strict";
/* What stands above a pair of documents. */

/** What stands above a pair: the documents, how they belong together, and the way to the next pair. */
function pairHead(model) {
  const { row, number } = model;
  return [
    element("div", { class: "headings" },
      element("h1", {}, plainName(row, (name) => element("bdi", {}, name))),
      pairLinks(number)),
    element("p", { class: "figures" }, kindOfPair(model), figures(model).join(" · ")),
    isReview() && documentsChoice(model),
  ];
}

/** The names of both documents, without more. */
const plainName = ({ source, target }, shown = (name) => name) =>
  [shown(documentLabel(source)), " ↔ ", shown(documentLabel(target))];

function kindOfPair({ data, row }) {
  const told = RELATIONS[data.relation ?? row.relation];
  if (!told) return null;
  const style = { "--colour": `var(--relation-${data.relation ?? row.relation})` };
  return [element("span", { class: "kind", title: told.told, style }, told.one), " "];
}

/** What was counted and measured of a pair. */
function figures({ row, records, sides }) {
  const counted = (holds) => records.filter(holds).length;
  const conflicts = counted(({ relation }) => relation === "conflicting");
  const crossings = counted(({ crossing }) => crossing);
  const covered = sides.map((side, at) => `${percent(row.coverage[at])} of the ${languageName(side.lang)} text`);
  return [
    row.score !== null && `score ${row.score.toFixed(2)}`,
    plural(records.length, "record"),
    `aligned: ${listed(covered)}`,
    crossings > 0 && plural(crossings, "crossing"),
    conflicts > 0 && plural(conflicts, "contradiction"),
    isReview() && `${count(counted(({ decision }) => decision))} of ${count(records.length)} decided`,
  ].filter(Boolean);
}

/** Where a person says how two documents belong together. */
function documentsChoice({ data }) {
  const say = ({ target }) =>
    send({ action: "documents", relation: target.value }, "Saved how these documents belong together");
  const choices = Object.entries(RELATIONS).map(([name, { one }]) => [name, name ? one : "as they were found"]);
  return element("label", { class: "documents-choice" }, "These documents: ",
    dropdown({ id: "do-documents", onchange: say }, choices, data.relation));
}

/** The links to the pairs before and after. */
const pairLinks = (number) =>
  element("nav", { class: "pair-links", "aria-label": "Pairs" },
    pairLink(number, -1, "previous-pair", "Previous pair", "‹", "["),
    element("span", {}, `pair ${count(number + 1)} of ${count(view.pairs.length)}`),
    pairLink(number, 1, "next-pair", "Next pair", "›", "]"));

function pairLink(number, by, id, label, sign, key) {
  const next = beside(number, by);
  if (next === null) return null;
  const name = `${label}: ${plainName(view.pairs[next]).join("")}`;
  return element("a", { href: `#pair/${next}`, id, title: `${label} (${key})`, "aria-label": name }, sign);
}

/** The number of the next pair that the page holds, or the one before; null if there is none. */
function beside(number, by) {
  for (let next = number + by; next >= 0 && next < view.pairs.length; next += by)
    if (view.pairs[next].shown) return next;
  return null;
}
