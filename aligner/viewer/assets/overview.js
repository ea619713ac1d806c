"use strict";
/* The overview: what the run came to, in the order in which a newcomer asks. */

routes.overview = async () =>
  element("article", {},
    element("h1", {}, "Overview"),
    element("p", { class: "lead", id: "summary" }, summary()),
    partly(), factsLeftOut(),
    warned(),
    shared(),
    view.documents.length === 0 ? null : [
      element("h2", { id: "documents" }, "Which documents belong together"),
      matrices(),
      element("h2", { id: "coverage" }, "How much of each document has a counterpart"),
      unalignedInAll(),
      coverages(),
    ],
    view.records === 0 ? null : [element("h2", {}, "How sure the records are"), histogram(), kinds()],
    skipped(),
    foreign(),
    element("h2", {}, "Made by"),
    element("p", { class: "signature muted", id: "signature" }, view.signature.replaceAll("|", " | ")),
  );

/** The run in plain sentences. */
function summary() {
  if (view.documents.length === 0) return "No document was read.";
  const documents = view.langs.map((lang, number) => {
    const found = view.documents.filter((one) => one.lang === lang).length;
    return `${number === 0 ? plural(found, "document") : count(found)} in ${languageName(lang)}`;
  });
  const lone = view.documents.filter((one) => one.relation === "unpaired").length;
  return [
    `${listed(documents)}. ${paired()} `,
    lone > 0 ? `${plural(lone, "document")} found no partner. ` : null,
    view.records === 0 ? "Nothing in them was found to correspond." : [
      element("a", { href: "#records" }, plural(view.records, "record")),
      view.records === 1 ? " joins two passages" : " join two passages each",
      " that were found to correspond: as a rule they say the same.",
    ],
    sharedInAll(),
  ];
}

/** How many facts the languages share, and where they stand. */
function sharedInAll() {
  const found = view.facts.filter((fact) => fact.langs.length > 1).length;
  if (found === 0) return null;
  return [
    " ", element("a", { href: "#facts/found?show=several" }, plural(found, "fact")),
    ` ${found === 1 ? "was" : "were"} found in ${severalLanguages()}.`,
  ];
}

/** How many pairs there are, and of what kinds. */
function paired() {
  const pairs = view.pairs.filter((pair) => pair.relation !== "unrelated");
  if (pairs.length === 0) return "No two of them belong together.";
  const kinds = relationsHere().filter((name) => name !== "unrelated").map((name) => {
    const { one, many } = relationOf(name);
    return plural(pairs.filter((pair) => pair.relation === name).length, one, many);
  });
  const belong = pairs.length === 1 ? "belongs" : "belong";
  return `${plural(pairs.length, "pair")} of documents ${belong} together: ${listed(kinds)}.`;
}

/** What the report leaves out, where it is not whole. */
function partly() {
  if (view.shown >= view.records) return null;
  const pairs = view.pairs.filter((pair) => pair.shown).length;
  return element("p", { class: "note warn", id: "partly" },
    `This page holds ${count(view.shown)} of ${plural(view.records, "record")}: `,
    `those of the first ${count(pairs)} of ${plural(view.pairs.length, "pair")}. All counts are of the whole run; `,
    "the texts of the other pairs are left out to keep the page small.");
}

function warned() {
  if (view.warnings.length === 0) return null;
  return element("section", { class: "note warn", id: "warnings", "aria-label": "Warnings" },
    element("p", {}, element("strong", {}, plural(view.warnings.length, "warning"))),
    element("ul", {}, view.warnings.map((text) => element("li", {}, text))));
}

/** Files that were not read, and why. */
function skipped() {
  if (view.skipped.length === 0) return null;
  const row = ({ id, reason }) => [element("bdi", {}, id), element("div", { class: "small muted" }, reason)];
  return [
    element("h2", {}, `Files left out (${count(view.skipped.length)})`),
    element("div", { class: "told", id: "skipped" }, lazily(view.skipped, row, { rowHeight: "3.5rem" })),
  ];
}

/** Documents with sentences in another language. */
function foreign() {
  const found = view.documents.filter((one) => one.foreign > 0);
  if (found.length === 0) return null;
  const row = (one) => [element("bdi", {}, one.id), ` – ${plural(one.foreign, "sentence")}`];
  return [
    element("h2", {}, "Sentences in another language than their document's"),
    element("div", { class: "told", id: "foreign" }, lazily(found, row, { rowHeight: "2.5rem" })),
  ];
}
