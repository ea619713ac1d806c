"use strict";
/* The overview: what the run came to, what the reports share, which documents belong together, and how sure it is. */

/** More documents on a side than this are shown as a list of pairs: a matrix would be a wall. */
const MATRIX = 60;
/** Facts that the overview tells; the others stand on the page of facts. */
const TOLD = 8;

const order = Object.keys(RELATIONS);

routes.overview = async () =>
  element("article", { class: "overview" },
    element("h1", {}, "Overview"),
    element("p", { class: "lead", id: "summary" }, summary()),
    partly(),
    warned(),
    shared(),
    view.documents.length === 0 ? null : [
      element("h2", { id: "documents" }, "Which documents belong together"),
      matrices(),
      element("h2", {}, "How much of each document was aligned"),
      coverages(),
    ],
    view.records === 0 ? null : [element("h2", {}, "How sure the records are"), histogram(), kinds()],
    leftOut(),
    element("h2", {}, "Made by"),
    element("p", { class: "signature muted" }, view.signature.split("|").flatMap((part) => [part, element("wbr"), " "])),
  );

/* In words. */

/** The run in three plain sentences. */
function summary() {
  if (view.documents.length === 0) return "No document was read.";
  const documents = view.langs.map((lang, number) => {
    const found = view.documents.filter((one) => one.lang === lang).length;
    return `${number === 0 ? plural(found, "document") : count(found)} in ${languageName(lang)}`;
  });
  const paired = view.pairs.filter((pair) => pair.relation !== "unrelated");
  const kinds = order.map((name) => [RELATIONS[name], paired.filter((pair) => pair.relation === name).length])
    .filter(([, found]) => found > 0)
    .map(([{ one, many }, found]) => plural(found, one, many));
  const lone = view.documents.filter((one) => one.relation === "unpaired").length;
  return [
    `${listed(documents)}. `,
    paired.length === 0 ? "No two of them belong together. " : `${plural(paired.length, "pair")} of documents ${paired.length === 1 ? "belongs" : "belong"} together: ${listed(kinds)}. `,
    lone > 0 ? `${plural(lone, "document")} found no partner. ` : "",
    view.records === 0 ? "No record links their sentences." : [
      element("a", { href: "#records" }, plural(view.records, "record")),
      view.records === 1 ? " links sentences that say the same." : " link sentences that say the same.",
    ],
  ];
}

/** What the report leaves out, where it is not whole. */
function partly() {
  if (view.shown >= view.records) return null;
  const pairs = view.pairs.filter((pair) => pair.shown).length;
  return element("p", { class: "note warn", id: "partly" },
    `This page holds ${count(view.shown)} of ${plural(view.records, "record")}: those of the first ${count(pairs)} of ${plural(view.pairs.length, "pair")}. `
    + "All counts are of the whole run; the texts of the other pairs are left out to keep the page small.");
}

function warned() {
  if (view.warnings.length === 0) return null;
  return element("section", { class: "note warn", "aria-label": "Warnings" },
    element("p", {}, element("strong", {}, plural(view.warnings.length, "warning"))),
    element("ul", {}, view.warnings.map((text) => element("li", {}, text))));
}

/* What the reports share. */

function shared() {
  if (view.facts.length === 0 && view.seeds.length === 0) return null;
  return [element("h2", {}, "What the reports share"), sharedSeeds(), conflicts(), sharedFacts()];
}

/** The seeds, each with what the documents of every language say of it. */
function sharedSeeds() {
  if (view.seeds.length === 0) return null;
  const langs = view.langs.filter((lang) => view.seeds.some((seed) => seed.sightings.some((one) => one.lang === lang)));
  return [
    element("h3", {}, `Followed facts (${count(view.seeds.length)})`),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Followed facts" },
      element("table", { class: "plain seeds" },
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Fact"), langs.map((lang) => element("th", { scope: "col" }, languageName(lang))))),
        element("tbody", {}, view.seeds.map((seed) =>
          element("tr", {},
            element("th", { scope: "row" }, element("a", { href: `#facts/seed-${seed.id}`, "data-row": true }, seed.title)),
            langs.map((lang) => element("td", {}, stances(seed, lang)))))))),
  ];
}

/** "stated in 2" and, marked, "contradicted in 1". */
function stances(seed, lang) {
  const found = (...names) => seed.sightings.filter((one) => one.lang === lang && names.includes(one.stance)).length;
  const stated = found("states", "contains");
  const contradicted = found("contradicts");
  if (stated + contradicted === 0) return element("span", { class: "muted" }, "not found");
  return [
    stated > 0 ? `${plural(stated, "document")} ` : null,
    contradicted > 0 ? element("span", { class: "tag warn" }, `≠ ${count(contradicted)} contradict${contradicted === 1 ? "s" : ""}`) : null,
  ];
}

/** Where documents contradict each other. */
function conflicts() {
  const found = view.facts.filter((fact) => fact.conflicts.length > 0);
  if (found.length === 0) return null;
  return [
    element("h3", {}, `Conflicts (${count(found.length)})`),
    element("ul", { class: "told", id: "conflicts" }, found.slice(0, TOLD).map((fact) =>
      element("li", {},
        element("a", { href: `#facts/${fact.id}`, "data-row": true, "data-fact": fact.id }, [...new Set(fact.conflicts.flatMap((one) => one.differences))].map(difference)),
        statementsOf(fact, new Set(fact.conflicts.flatMap((one) => [one.source, one.target]))).map(said)))),
    more(found.length, "conflict", "#facts?show=conflicts"),
  ];
}

function sharedFacts() {
  const several = view.facts.filter((fact) => fact.langs.length > 1);
  const lone = view.facts.filter((fact) => fact.langs.length === 1);
  const byLang = view.langs.map((lang) => [lang, lone.filter((fact) => fact.langs[0] === lang).length]).filter(([, found]) => found > 0);
  return [
    element("h3", {}, `Facts stated in more than one language (${count(several.length)})`),
    several.length === 0 ? element("p", { class: "muted" }, "None.") : null,
    element("ul", { class: "told", id: "shared-facts" }, several.slice(0, TOLD).map(toldFact)),
    more(several.length, "fact", "#facts?show=several"),
    byLang.length === 0 ? null : element("p", { class: "small" },
      element("a", { href: "#facts?show=one" }, `${plural(lone.length, "fact")} in one language only`),
      `: ${listed(byLang.map(([lang, found]) => `${count(found)} in ${languageName(lang)}`))}.`),
  ];
}

/** "≠ date 1998 / 1997". */
const difference = (told) => [element("span", { class: "tag warn" }, "≠ ", spaced(told)), " "];

/** What these documents say of a fact, in their order. */
const statementsOf = (fact, documents) => [...documents].flatMap((number) => fact.statements.filter((one) => one.document === number));

const said = (one) => element("div", { class: "said" }, langTag(one.lang), element("span", {}, quoted(one.document, one.text), " ", element("bdi", { class: "small muted" }, documentLabel(one.document))));

const langTag = (lang) => element("span", { class: "tag lang", title: languageName(lang) }, lang);

/** A fact in the words of one document of each language. */
function toldFact(fact) {
  const told = inOrder(fact.langs).map((lang) => best(fact.statements.filter((one) => one.lang === lang))).filter(Boolean);
  return element("li", { "data-fact": fact.id },
    told.map((one, number) => element("div", { class: "said" }, langTag(one.lang),
      number === 0 ? element("a", { href: `#facts/${fact.id}`, "data-row": true }, quoted(one.document, one.text)) : quoted(one.document, one.text))),
    element("div", { class: "small muted" }, `${plural(fact.stated_in.length, "document")}`, fact.first ? ` · ${dates(fact)}` : null,
      fact.conflicts.length > 0 ? [" ", element("span", { class: "tag warn" }, "≠ conflict")] : null));
}

const best = (statements) => statements.reduce((found, one) => (found && (found.p ?? 0) >= (one.p ?? 0) ? found : one), null);

const dates = (fact) => (fact.last && fact.last !== fact.first ? `${fact.first} – ${fact.last}` : fact.first);

const more = (found, name, href) =>
  (found > TOLD ? element("p", {}, element("a", { href }, `All ${plural(found, name)}`)) : null);

/* Documents beside each other. */

/** The pairs by their two languages, a matrix or a list for each, and a chooser where there are several. */
function matrices() {
  const groups = Map.groupBy(view.pairs.keys(), (number) => [view.pairs[number].source, view.pairs[number].target].map((one) => view.documents[one].lang).join(" "));
  if (groups.size === 0) return element("p", { class: "muted" }, "No pairs.");
  const place = element("div", {});
  const show = (langs) => place.replaceChildren(together(...langs.split(" "), groups.get(langs)));
  show(groups.keys().next().value);
  return [legend(), groups.size > 1 ? chooser([...groups.keys()], show) : null, place];
}

function chooser(names, show) {
  const buttons = names.map((name, number) =>
    element("button", { type: "button", "aria-pressed": String(number === 0), "data-langs": name, onclick: () => {
      buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.langs === name)));
      show(name);
    } }, name.split(" ").map(languageName).join(" – ")));
  return element("div", { class: "chips", role: "group", "aria-label": "Languages" }, buttons);
}

const legend = () =>
  element("ul", { class: "legend small" }, order.filter((name) => view.pairs.some((pair) => pair.relation === name)).map((name) =>
    element("li", {}, letter(name), ` ${RELATIONS[name].told}`)));

const letter = (relation) =>
  element("span", { class: `letter ${relation}`, "aria-hidden": "true" }, RELATIONS[relation].letter);

function together(source, target, numbers) {
  const rows = documentsIn(source, numbers, "source");
  const columns = documentsIn(target, numbers, "target");
  if (rows.length > MATRIX || columns.length > MATRIX) return pairList(numbers, rows, columns);
  return matrix(source, target, rows, columns, new Map(numbers.map((number) => [`${view.pairs[number].source} ${view.pairs[number].target}`, number])));
}

/** The documents of a language: those in these pairs on this side, and, unless it pairs with itself, all the others. */
const documentsIn = (lang, numbers, side) => {
  const all = [...view.documents.keys()].filter((number) => view.documents[number].lang === lang);
  const paired = new Set(numbers.map((number) => view.pairs[number][side]));
  const within = view.documents[view.pairs[numbers[0]].source].lang === view.documents[view.pairs[numbers[0]].target].lang;
  return within ? all.filter((number) => paired.has(number)) : all;
};

function matrix(source, target, rows, columns, numbers) {
  const head = (number, scope) =>
    element("th", { scope, class: view.documents[number].relation === "unpaired" ? "lone" : null, title: view.documents[number].id },
      element("bdi", {}, documentLabel(number)), view.documents[number].relation === "unpaired" ? element("small", {}, " unpaired") : null);
  return element("div", { class: "scroll matrix", tabindex: "0", role: "region", "aria-label": `${languageName(source)} and ${languageName(target)} documents` },
    element("table", {},
      element("caption", { class: "hidden" }, `Rows: documents in ${languageName(source)}; columns: documents in ${languageName(target)}; cells: how they belong together.`),
      element("thead", {}, element("tr", {},
        element("td", { class: "corner small muted" }, `${languageName(source)} ↓ ${languageName(target)} →`),
        columns.map((number) => head(number, "col")))),
      element("tbody", {}, rows.map((row) => element("tr", {}, head(row, "row"), columns.map((column) =>
        element("td", {}, cell(numbers.get(`${row} ${column}`)))))))));
}

function cell(number) {
  if (number === undefined) return null;
  const pair = view.pairs[number];
  return element("a", { class: `cell ${pair.relation}`, href: `#pair/${number}`, "data-pair": number, "aria-label": inWords(pair), title: inWords(pair) },
    element("b", {}, RELATIONS[pair.relation].letter), " ",
    element("span", {}, count(pair.records)),
    element("small", {}, score(pair)),
    pair.conflicts > 0 ? element("i", {}, "≠") : null);
}

const score = (pair) => (pair.score === null ? "" : pair.score.toFixed(2));

/** "a and b: translation, score 0.73, 24 records". */
const inWords = (pair) =>
  `${documentLabel(pair.source)} and ${documentLabel(pair.target)}: ${[
    RELATIONS[pair.relation].one,
    pair.score === null ? null : `score ${score(pair)}`,
    plural(pair.records, "record"),
    pair.conflicts > 0 ? plural(pair.conflicts, "conflict") : null,
    pair.shown ? null : "left out of this page",
  ].filter(Boolean).join(", ")}`;

/** The pairs as a list, the closest first. */
function pairList(numbers, rows, columns) {
  const rank = (number) => order.indexOf(view.pairs[number].relation) - (view.pairs[number].score ?? 0) / 2;
  const sorted = numbers.toSorted((a, b) => rank(a) - rank(b) || a - b);
  const lone = [...rows, ...columns].filter((number) => view.documents[number].relation === "unpaired");
  return element("div", {},
    element("p", { class: "small muted" }, `${count(rows.length)} × ${count(columns.length)} documents are too many for a matrix: these are the ${plural(numbers.length, "pair")}, the closest first.`),
    element("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Pairs of documents" }, lazily(sorted, pairRow, { rowHeight: "2.75rem" })),
    lone.length === 0 ? null : element("details", {}, element("summary", {}, `${plural(lone.length, "document")} without a partner`),
      lazily(lone, (number) => element("bdi", { class: "line" }, view.documents[number].id), { rowHeight: "2rem" })));
}

function pairRow(number) {
  const pair = view.pairs[number];
  return element("a", { class: "pair-row", href: `#pair/${number}`, "data-pair": number, "data-row": true, "aria-label": inWords(pair) },
    letter(pair.relation),
    element("span", {}, element("bdi", {}, documentLabel(pair.source)), " ↔ ", element("bdi", {}, documentLabel(pair.target))),
    element("span", { class: "small muted" }, `${score(pair)} · ${plural(pair.records, "record")}`),
    pair.conflicts > 0 ? element("span", { class: "tag warn" }, `≠ ${plural(pair.conflicts, "conflict")}`) : null);
}

/* Coverage. */

function coverages() {
  return view.langs.map((lang) => {
    const documents = [...view.documents.keys()].filter((number) => view.documents[number].lang === lang);
    const sentences = documents.reduce((sum, number) => sum + view.documents[number].sentences, 0);
    const linked = documents.reduce((sum, number) => sum + view.documents[number].sentences * view.documents[number].coverage, 0);
    return element("details", { class: "coverage", open: documents.length <= 24 },
      element("summary", {}, meter(sentences ? linked / sentences : 0, languageName(lang), `of ${plural(sentences, "sentence")} in ${plural(documents.length, "document")}`)),
      lazily(documents, coverage, { rowHeight: "2rem" }));
  });
}

function coverage(number) {
  const one = view.documents[number];
  const name = element("bdi", { title: one.id }, documentLabel(number));
  const records = `#records?${new URLSearchParams({ document: one.id })}`;
  return meter(one.coverage, one.coverage > 0 ? element("a", { href: records }, name) : name, [
    plural(one.sentences, "sentence"),
    one.relation ? element("span", { class: "tag" }, one.relation) : null,
    one.foreign > 0 ? element("span", { class: "tag warn" }, `${plural(one.foreign, "sentence")} in another language`) : null,
  ]);
}

/** A share as a bar, with its name, its number and what there is to say of it. */
const meter = (share, name, told) =>
  element("div", { class: "meter" },
    element("span", { class: "name" }, name),
    element("span", { class: "track", "aria-hidden": "true" }, element("span", { style: { "inline-size": `${100 * share}%` } })),
    element("span", { class: "value" }, percent(share)),
    element("span", { class: "small muted" }, [told].flat().filter(Boolean).flatMap((one) => [one, " "])));

/* How sure. */

/** How many records have which p, as bars, and as a table for who asks. */
function histogram() {
  const known = view.p.reduce((sum, one) => sum + one, 0);
  if (known === 0) return element("p", { class: "muted" }, "No record has a probability.");
  const most = Math.max(...view.p);
  const width = 30;
  const height = 140;
  const range = (bin) => [bin, bin + 1].map((one) => (one / view.p.length).toFixed(2));
  const doubtful = view.p.reduce((sum, one, bin) => sum + (bin / view.p.length < 0.6999 ? one : 0), 0);
  const bars = view.p.map((found, bin) => {
    const tall = found === 0 ? 0 : Math.max(2, (found / most) * height);
    return svg("g", {},
      svg("title", {}, `p ${range(bin).join("–")}: ${plural(found, "record")}`),
      svg("rect", { x: bin * width + 2, y: 20 + height - tall, width: width - 4, height: tall, rx: 2, fill: pColour((bin + 0.5) / view.p.length) }),
      found === 0 ? null : svg("text", { x: bin * width + width / 2, y: 14 + height - tall, class: "number" }, count(found)));
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((tick) =>
    svg("text", { x: Math.min(Math.max(tick * width * view.p.length, 10), width * view.p.length - 10), y: height + 38, class: "tick" }, String(tick)));
  return element("figure", { class: "histogram" },
    svg("svg", { viewBox: `0 0 ${width * view.p.length} ${height + 46}`, role: "img", "aria-label": `Distribution of p over ${plural(known, "record")}; ${count(doubtful)} below 0.7.` },
      svg("line", { x1: 0, x2: width * view.p.length, y1: height + 20.5, y2: height + 20.5, class: "axis" }), bars, ticks),
    element("figcaption", { class: "small" }, "The probability p that both sides of a record say the same. ",
      doubtful > 0 ? element("a", { href: "#records?max=0.7&sort=doubt" }, `${plural(doubtful, "record")} below 0.7`) : "None lies below 0.7."),
    element("details", {}, element("summary", {}, "As numbers"),
      element("table", { class: "plain" }, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "p"), element("th", { scope: "col" }, "records"))),
        element("tbody", {}, view.p.map((found, bin) => element("tr", {}, element("th", { scope: "row" }, range(bin).join("–")), element("td", {}, count(found))))))));
}

/** Relations, types and flags of the records, each a way to the records themselves. */
const kinds = () =>
  element("div", { class: "columns" },
    tally("What the two sides say", view.relations, "relation", (name) => SEGMENT_RELATIONS[name] ?? spaced(name)),
    tally("Sentences against sentences", view.beads, "bead", (name) => name.replace("-", " : ")),
    tally("Flags", view.flags, "flag", spaced));

function tally(title, counted, filter, told) {
  if (counted.length === 0) return null;
  const all = counted.reduce((sum, [, found]) => sum + found, 0);
  return element("section", {}, element("h3", {}, title), element("ul", {}, counted.map(([name, found]) =>
    element("li", {}, meter(found / all, element("a", { href: `#records?${new URLSearchParams({ [filter]: name })}` }, told(name)), count(found))))));
}

/** Files that were not read, and documents with sentences in another language. */
function leftOut() {
  const foreign = [...view.documents.keys()].filter((number) => view.documents[number].foreign > 0);
  return [
    view.skipped.length === 0 ? null : [
      element("h2", {}, `Files left out (${count(view.skipped.length)})`),
      element("div", { class: "told", id: "skipped" },
        lazily(view.skipped, ({ id, reason }) => [element("bdi", {}, id), element("div", { class: "small muted" }, reason)], { rowHeight: "3.5rem" })),
    ],
    foreign.length === 0 ? null : [
      element("h2", {}, "Sentences in another language than their document's"),
      element("div", { class: "told", id: "foreign" },
        lazily(foreign, (number) => [element("bdi", {}, view.documents[number].id), ` – ${plural(view.documents[number].foreign, "sentence")}`], { rowHeight: "2.5rem" })),
    ],
  ];
}
