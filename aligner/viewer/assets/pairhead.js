"use strict";
/* What stands above a pair of documents. */

/** What stands above a pair: the documents, how they belong together, and the way to the next pair. */
function pairHead(model) {
  const { row, number, records, sides } = model;
  const relation = model.data.relation ?? row.relation;
  const told = RELATIONS[relation];
  const conflicts = records.filter((bead) => bead.relation === "conflicting").length;
  const crossings = records.filter(({ crossing }) => crossing).length;
  const decided = records.filter(({ decision }) => decision).length;
  const covered = sides.map((side, at) => `${percent(row.coverage[at])} of the ${languageName(side.lang)} text`);
  return [
    element(
      "div",
      { class: "headings" },
      element(
        "h1",
        {},
        element("bdi", {}, documentLabel(row.source)),
        element("span", { class: "between" }, " ↔ "),
        element("bdi", {}, documentLabel(row.target)),
      ),
      pairLinks(number),
    ),
    element(
      "p",
      { class: "figures" },
      told &&
        element(
          "span",
          { class: "kind", title: told.told, style: { "--colour": `var(--relation-${relation || "unrelated"})` } },
          told.one,
        ),
      " ",
      [
        row.score !== null && `score ${row.score.toFixed(2)}`,
        plural(records.length, "record"),
        `aligned: ${listed(covered)}`,
        crossings > 0 && plural(crossings, "crossing"),
        conflicts > 0 && plural(conflicts, "conflict"),
        isReview() && `${count(decided)} of ${count(records.length)} decided`,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    isReview() && documentsChoice(model),
  ];
}

/** Where a person says how two documents belong together. */
function documentsChoice({ data }) {
  const select = element(
    "select",
    {
      id: "do-documents",
      onchange: () =>
        send({ action: "documents", relation: select.value }, "Saved how these documents belong together"),
    },
    Object.entries(RELATIONS).map(([name, { one }]) =>
      element("option", { value: name }, name ? one : "as they were found"),
    ),
  );
  select.value = data.relation;
  return element("label", { class: "documents-choice" }, "These documents: ", select);
}

/** The links to the pairs before and after. */
function pairLinks(number) {
  const link = (by, id, label, sign) => {
    const next = beside(number, by);
    return (
      next !== null &&
      element(
        "a",
        {
          href: `#pair/${next}`,
          id,
          title: `${label} (${by < 0 ? "[" : "]"})`,
          "aria-label": `${label}: ${documentLabel(view.pairs[next].source)} and ${documentLabel(view.pairs[next].target)}`,
        },
        sign,
      )
    );
  };
  return element(
    "nav",
    { class: "pair-links", "aria-label": "Pairs" },
    link(-1, "previous-pair", "Previous pair", "‹"),
    element("span", {}, `pair ${count(number + 1)} of ${count(view.pairs.length)}`),
    link(1, "next-pair", "Next pair", "›"),
  );
}

/** The number of the next pair that the page holds, or the one before; null if there is none. */
function beside(number, by) {
  for (let next = number + by; next >= 0 && next < view.pairs.length; next += by)
    if (view.pairs[next].shown) return next;
  return null;
}
