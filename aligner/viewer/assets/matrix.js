"use strict";
/* Documents beside each other: a matrix for each two languages, or, where that would be a wall, a list of pairs. */

/** More documents on a side than this are shown as a list. */
const MATRIX = 60;

/** The pairs by their two languages, with a chooser where there are several. */
function matrices() {
  const groups = Map.groupBy(view.pairs.keys(), (number) => langsOf(view.pairs[number]).join(" "));
  if (groups.size === 0) return element("p", { class: "muted" }, "No pairs.");
  const langs = [...groups.keys()];
  const place = element("div", {});
  const show = (name) => place.replaceChildren(together(...name.split(" "), groups.get(name)));
  show(langs[0]);
  return [legend(), langs.length > 1 ? chooser(langs, show) : null, place];
}

const langsOf = ({ source, target }) => [source, target].map((number) => view.documents[number].lang);

function chooser(names, show) {
  const choose = (name) => {
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.langs === name));
    show(name);
  };
  const buttons = names.map((name, number) =>
    element("button", {
      type: "button", "aria-pressed": String(number === 0), "data-langs": name, onclick: () => choose(name),
    }, name.split(" ").map(languageName).join(" – ")));
  return element("div", { class: "chips", role: "group", "aria-label": "Languages" }, buttons);
}

const legend = () => [
  element("ul", { class: "legend small" },
    relationsHere().map((name) => element("li", {}, letter(name), ` ${relationOf(name).told}`))),
  element("p", { class: "small muted" },
    "Beside the letter: how many records join the two; below: their score, how near the two documents are, from 0 to 1; ",
    "≠: they contradict each other somewhere. Each leads to the two texts."),
];

const letter = (relation) =>
  element("span", { class: `letter ${relation}`, "aria-hidden": "true" }, relationOf(relation).letter);

function together(source, target, numbers) {
  const rows = documentsBeside(source, source === target, numbers, "source");
  const columns = documentsBeside(target, source === target, numbers, "target");
  const isWall = rows.length > MATRIX || columns.length > MATRIX;
  return isWall ? pairList(numbers, rows, columns) : matrix(source, target, rows, columns, numbers);
}

/** The documents of a language: all, with those that found no partner; within one language those of this side. */
function documentsBeside(lang, within, numbers, side) {
  const all = [...view.documents.keys()].filter((number) => view.documents[number].lang === lang);
  const paired = new Set(numbers.map((number) => view.pairs[number][side]));
  return within ? all.filter((number) => paired.has(number)) : all;
}

const isLone = (number) => view.documents[number].relation === "unpaired";

function matrix(source, target, rows, columns, numbers) {
  const [down, across] = [source, target].map(languageName);
  const pairs = new Map(numbers.map((number) => [`${view.pairs[number].source} ${view.pairs[number].target}`, number]));
  const head = (number, scope) =>
    element("th", { scope, class: isLone(number) ? "lone" : null },
      documentName(number), isLone(number) ? element("small", {}, " unpaired") : null);
  const row = (one) =>
    element("tr", {}, head(one, "row"), columns.map((other) => element("td", {}, cell(pairs.get(`${one} ${other}`)))));
  return scrolling(`${down} and ${across} documents`, "matrix",
    element("table", {},
      element("caption", { class: "hidden" },
        `Rows: documents in ${down}; columns: documents in ${across}; cells: how they belong together.`),
      element("thead", {}, element("tr", {},
        element("td", { class: "corner small muted" }, `${down} ↓ ${across} →`),
        columns.map((number) => head(number, "col")))),
      element("tbody", {}, rows.map(row))));
}

function cell(number) {
  if (number === undefined) return null;
  const pair = view.pairs[number];
  const told = inWords(pair);
  return element("a", {
    class: `cell ${pair.relation}`, href: `#pair/${number}`, "data-pair": number, "aria-label": told, title: told,
  },
    element("b", {}, relationOf(pair.relation).letter), " ",
    element("span", {}, count(pair.records)),
    element("small", {}, score(pair)),
    pair.conflicts > 0 ? element("i", {}, "≠") : null);
}

const score = (pair) => (pair.score === null ? "" : pair.score.toFixed(2));

/** "a and b: translation, score 0.73, 24 records". */
function inWords(pair) {
  const told = [
    relationOf(pair.relation).one,
    pair.score === null ? null : `score ${score(pair)}`,
    plural(pair.records, "record"),
    pair.conflicts > 0 ? plural(pair.conflicts, "contradiction") : null,
    pair.shown ? null : "left out of this page",
  ];
  return `${documentLabel(pair.source)} and ${documentLabel(pair.target)}: ${told.filter(Boolean).join(", ")}`;
}

/** The pairs as a list, the closest first. */
function pairList(numbers, rows, columns) {
  const relations = relationsHere();
  const rank = (number) => relations.indexOf(view.pairs[number].relation);
  const nearness = (number) => view.pairs[number].score ?? -1;
  const sorted = numbers.toSorted((a, b) => rank(a) - rank(b) || nearness(b) - nearness(a) || a - b);
  const lone = [...rows, ...columns].filter(isLone);
  const size = `${count(rows.length)} × ${count(columns.length)}`;
  return element("div", { id: "pair-list" },
    element("p", { class: "small muted" },
      `${size} documents are too many for a matrix: `,
      `these are the ${plural(numbers.length, "pair")}, the closest first.`),
    scrolling("Pairs of documents", "tall", lazily(sorted, pairRow, { rowHeight: "2.75rem" })),
    lone.length === 0 ? null : element("details", {},
      element("summary", {}, `${plural(lone.length, "document")} without a partner`),
      lazily(lone, (number) => element("bdi", { class: "line" }, view.documents[number].id), { rowHeight: "2rem" })));
}

function pairRow(number) {
  const pair = view.pairs[number];
  return element("a", {
    class: "pair-row", href: `#pair/${number}`, "data-pair": number, "data-row": true, "aria-label": inWords(pair),
  },
    letter(pair.relation),
    element("span", {}, pairName(pair)),
    element("span", { class: "small muted" }, `${score(pair)} · ${plural(pair.records, "record")}`),
    pair.conflicts > 0 ? alarm(`≠ ${plural(pair.conflicts, "contradiction")}`) : null);
}
