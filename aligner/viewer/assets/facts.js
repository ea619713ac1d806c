"use strict";
/* The facts: one card for each, with what the documents of every language say of it, and in which it was not found. */

/** The filters: a name in the address, what people read, which cards hold. */
const FACT_FILTERS = [
  ["all", "All", () => true],
  ["several", `In ${severalLanguages()}`, (card) => card.langs.length > 1],
  ["conflicts", "With contradictions", (card) => card.conflicting],
  ["one", "Found in one language only", (card) => card.langs.length === 1],
  ["nowhere", "Found nowhere", (card) => card.langs.length === 0],
];

/** "Italian and English", where the run has no other languages; else "several languages". */
function severalLanguages() {
  return view.langs.length === 2 ? listed(view.langs.map(languageName)) : "several languages";
}

const pairKey = (one, other) => `${Math.min(one, other)} ${Math.max(one, other)}`;

const pairNumbers = new Map(view.pairs.map(({ source, target }, number) => [pairKey(source, target), number]));

/** The number of the pair of two documents, in either order. */
const pairOf = (one, other) => pairNumbers.get(pairKey(one, other));

const pairsByDocument = remembered(() => {
  const ends = view.pairs.flatMap(({ source, target }, pair) => [source, target].map((end) => ({ pair, end })));
  return Map.groupBy(ends, ({ end }) => end);
});

/** The numbers of a document's pairs, those with the most records first. */
const pairsWith = (document) =>
  (pairsByDocument().get(document) ?? [])
    .map(({ pair }) => pair)
    .sort((a, b) => view.pairs[b].records - view.pairs[a].records);

/** On which side of a pair a document stands. */
const sideIn = (pair, document) => (view.pairs[pair].source === document ? "source" : "target");

/** What names a sentence that no record of this pair holds. */
const keyAlone = (pair, document, span) =>
  keyOf({ spans: sideIn(pair, document) === "source" ? [span, [0, 0]] : [[0, 0], span] });

/** Facts and seeds as what is shown of them; both are asked and filtered alike. */
const factCards = remembered(() => [...view.seeds.map(seedCard), ...view.facts.map(factCard)]);

function seedCard({ id, title, sightings }) {
  const said = sightings.filter((one) => one.stance !== "not stated");
  const silent = sightings.filter((one) => one.stance === "not stated").map((one) => one.document);
  const stating = said.filter((one) => one.stance !== "contradicts");
  const langs = inOrder(said.map((one) => one.lang));
  return {
    id: `seed-${id}`, heading: title, said, silent,
    langs: inOrder(stating.map((one) => one.lang)),
    lacking: inOrder(silent.map((number) => view.documents[number].lang)).filter((lang) => !langs.includes(lang)),
    conflicting: said.length > stating.length,
    conflicts: [],
    kin: kinOf(stating),
    folded: folded([title, ...said.map((one) => one.text)].join("\n")),
  };
}

function factCard(fact) {
  return {
    id: fact.id, heading: factName(fact),
    said: fact.statements, silent: fact.not_stated_in,
    langs: inOrder(fact.langs),
    lacking: fact.not_stated_langs,
    conflicting: fact.conflicts.length > 0,
    conflicts: fact.conflicts,
    kin: [],
    folded: folded(fact.statements.map((one) => one.text).join("\n")),
    fact,
  };
}

/** "fact-52" → "Fact 52". */
const factName = ({ id }) => id.replace("fact-", "Fact ");

const statementsByDocument = remembered(() => {
  const all = view.facts.flatMap((fact) => fact.statements.map(({ document, span }) => ({ document, span, fact })));
  return Map.groupBy(all, ({ document }) => document);
});

/** The facts of which these sentences are statements, for the greater part: what is told of a seed and what was found
 *  without asking are judged each by its own measure, so that one may know of a document that the other does not. */
function kinOf(stating) {
  const of = ({ document, span }) =>
    (statementsByDocument().get(document) ?? []).filter((one) => 2 * common(span, one.span) >= span[1] - span[0]);
  return [...new Set(stating.flatMap(of).map(({ fact }) => fact))];
}

/** How many characters two spans have in common. */
const common = (one, other) => Math.min(one[1], other[1]) - Math.max(one[0], other[0]);

/** Facts that one is sent to at most. */
const SEEN = 3;

/** ", but see Fact 52": where what was not found may stand all the same. Nothing where no fact is told. */
const butSee = (facts) =>
  (facts.length === 0 ? null : [", but see ", facts.slice(0, SEEN).map((fact, number) =>
    [number > 0 ? ", " : null, element("a", { href: `#facts/${fact.id}` }, factName(fact))])]);

const inLanguage = (facts, lang) => facts.filter((fact) => fact.langs.includes(lang));

routes.facts = async ([opened], query) => {
  const cards = factCards();
  const state = { show: query.get("show") ?? "all", q: query.get("q") ?? "" };
  const lists = element("div", { id: "fact-lists" });
  const told = element("p", { class: "small muted", id: "fact-count" });
  const buttons = FACT_FILTERS.map(([name, title]) =>
    element("button", { type: "button", "data-filter": name, onclick: () => ask({ show: name }) },
      title, " ", element("span", { class: "count" })));
  const search = element("input", {
    type: "search", id: "fact-search", placeholder: "Search the facts", "aria-label": "Search the facts",
    value: state.q, autocomplete: "off", spellcheck: "false", oninput: () => ask({ q: search.value }),
  });
  let drawn = [];

  function ask(change) {
    Object.assign(state, change);
    draw();
    announce(told.textContent);
    settleSoon(`#facts?${new URLSearchParams(state)}`);
  }

  function draw() {
    const found = cards.filter(holding(state.q));
    for (const [number, [name, , holds]] of FACT_FILTERS.entries()) {
      buttons[number].setAttribute("aria-pressed", String(name === state.show));
      buttons[number].querySelector(".count").textContent = count(found.filter(holds).length);
      buttons[number].hidden = name !== state.show && !cards.some(holds);
    }
    const [, , holds] = FACT_FILTERS.find(([name]) => name === state.show) ?? FACT_FILTERS[0];
    const shown = found.filter(holds);
    drawn = sections(shown);
    lists.replaceChildren(...drawn.flatMap(({ nodes }) => nodes));
    told.textContent = `${plural(shown.length, "card")} of ${count(cards.length)}, one for each fact`;
  }

  draw();
  const page = element("article", { class: "facts" },
    element("h1", {}, "Facts"),
    cards.length === 0 ? element("p", { class: "muted" }, "No facts here: none was looked for, or none was found in two documents.") : [
      element("div", { class: "toolbar" },
        element("div", { class: "chips", role: "group", "aria-label": "Which facts" }, buttons), search),
      told,
      factsLeftOut(),
      element("p", { class: "small muted" },
        "“Not found in” is no proof that a document or a language does not state it. A document's name leads to where ",
        "the sentence stands."),
      stepsOfP("how probable it is that the passage states the fact"),
      lists,
    ]);
  page.addEventListener("shown", (event) => { if (opened && openPlace(drawn, opened)) event.preventDefault(); });
  return page;
};

/** That the page holds only the first facts, if so. */
function factsLeftOut() {
  if (view.n_facts <= view.facts.length) return null;
  return element("p", { class: "note warn", id: "facts-left-out" },
    `This page holds ${count(view.facts.length)} of ${plural(view.n_facts, "fact")}, those that most documents state; `,
    "all are in facts.tsv.");
}

/** A card tells of every language: about how high it is, and how many are made at once. */
const CARDS = { rowHeight: `${8 + 2 * view.langs.length}rem`, size: Math.ceil(12 / Math.max(1, view.langs.length)) };

/** Seeds and facts, each below a heading, where there are any. */
function sections(shown) {
  return [
    ["followed", "Followed facts", ({ fact }) => !fact, "What somebody asked to look for (the seeds), and which sentences speak of it."],
    ["found", "Facts found", ({ fact }) => fact, "What was found in at least two documents, without being asked for; what most documents state comes first."],
  ].map(([name, title, holds, told]) => {
    const cards = shown.filter(holds);
    const list = lazily(cards, factSection, CARDS);
    const heading = element("h2", {}, `${title} (${count(cards.length)})`);
    return { name, cards, list, heading, nodes: [heading, element("p", { class: "small muted" }, told), list] };
  }).filter(({ cards }) => cards.length > 0);
}

/** Brings the part of the page or the card that the address names into sight; false where there is none. */
function openPlace(drawn, id) {
  const part = drawn.find(({ name }) => name === id);
  const place = drawn.find(({ cards }) => cards.some((one) => one.id === id));
  if (part) bringUp(part.heading, part.heading);
  if (place) openCard(place.list.reveal(place.cards.findIndex((one) => one.id === id)).firstElementChild);
  return Boolean(part ?? place);
}

function openCard(card) {
  card.classList.add("opened");
  bringUp(card, card.querySelector("h3 a"));
}

/** Scrolls to a part of the page, once more when the lists above it have their heights, and focuses something in it. */
function bringUp(node, focused) {
  if (focused === node) node.tabIndex = -1;
  focused.focus({ preventScroll: true });
  node.scrollIntoView();
  requestAnimationFrame(() => node.scrollIntoView());
}

/* One card. */

function factSection(card) {
  const { id, heading, fact, said, conflicts: contradictions } = card;
  return element("section", { class: "card", "data-fact": id, "aria-label": heading },
    element("div", { class: "card-head" },
      element("h3", {}, rowLink(`#facts/${id}`, heading)),
      fact ? pMeaning(fact.p, "that at least two documents state it") : null,
      card.langs.map(langTag),
      element("span", { class: "small muted" },
        said.length > 0 ? plural(said.length, "document") : "found in no document",
        fact?.first ? ` · ${dates(fact)}` : null),
      card.conflicting ? alarm("≠ contradiction") : null),
    element("div", { class: "sides" },
      inOrder(said.map(({ lang }) => lang)).map((lang) => statingSide(card, lang)),
      card.lacking.map((lang) => silentSide(card, lang))),
    contradictions.length === 0 ? null
      : element("ul", { class: "conflicts small" }, contradictions.map((one) => contradiction(card, one))),
    silentDocuments(card));
}

const statingSide = (card, lang) =>
  element("div", { class: "side" },
    element("h4", {}, languageName(lang)),
    element("ul", {}, card.said.filter((one) => one.lang === lang).map((one) => stated(card, one))));

const silentSide = ({ kin }, lang) =>
  element("div", { class: "side" },
    element("h4", {}, languageName(lang)),
    element("p", { class: "muted" }, `Not found in any document in ${languageName(lang)}`,
      butSee(inLanguage(kin, lang)), "."));

/** What one document says. */
function stated(card, statement) {
  const contradicts = statement.stance === "contradicts";
  const inConflict = card.conflicts.some(({ source, target }) => [source, target].includes(statement.document));
  return element("li", { class: contradicts || inConflict ? "contradicts" : null },
    quoted(statement.document, statement.text, "q"),
    element("div", { class: "small muted" },
      wayTo(card, statement), " ", pMeaning(statement.p, card.fact ? "that another document says the same"
        : "that the sentence speaks of this fact"), " ",
      contradicts ? alarm("≠ contradicts: ", statement.differences.map(spaced).join(", ")) : null,
      statement.stance === "contains" ? "says this and more" : null));
}

/** A probability, and of what. */
function pMeaning(p, what) {
  const chip = pChip(p);
  chip.title = `probability ${what}: ${pLabel(p)}`;
  return chip;
}

/** The document's name, as a way to the record that joins this statement with another of the card; else to where it
 *  stands in the pair of its document that has the most records. */
function wayTo(card, { document, lang, span }) {
  const name = documentName(document);
  const others = card.said
    .filter((one) => one.document !== document && pairOf(document, one.document) !== undefined)
    .sort((a, b) => (a.lang === lang) - (b.lang === lang));
  return pairsWith(document).length === 0 ? name : deepLink({ document, span }, others, name);
}

/** A link to the pair of this statement with one of the others, and, once that is known, to the record of the two; where
 *  there is none, to where the statement stands. */
function deepLink(statement, others, ...content) {
  const link = element("a", {}, content);
  const lead = (pair, key) => {
    link.setAttribute("href", key ? `#pair/${pair}/${key}` : `#pair/${pair}`);
    Object.assign(link.dataset, key ? { pair, key } : { pair });
  };
  const pairs = [...others.map((other) => pairOf(statement.document, other.document)), ...pairsWith(statement.document)];
  lead(pairs[0]);
  (window.requestIdleCallback ?? setTimeout)(() => deepen(lead, statement, others));
  return link;
}

async function deepen(lead, statement, others) {
  for (const other of others) {
    const pair = pairOf(statement.document, other.document);
    const bead = await recordOf(pair, [statement, other]);
    if (bead) return lead(pair, keyOf(bead));
  }
  const [closest] = pairsWith(statement.document);
  if (!view.pairs[closest].shown) return undefined;
  const bead = await recordOf(closest, [statement]);
  return lead(closest, bead ? keyOf(bead) : keyAlone(closest, statement.document, await sentenceOf(statement)));
}

/** The span of the sentence in which a statement begins. */
async function sentenceOf({ document, span }) {
  const { sentences } = await load("document", document);
  return sentences.find((one) => meets(span, one)) ?? span;
}

/** The record of a pair that holds all of these statements, as far as the page holds it. */
async function recordOf(pair, statements) {
  const data = view.pairs[pair].shown ? await load("pair", pair) : null;
  const spanOf = (bead, { document }) => bead.spans[sideIn(pair, document) === "source" ? 0 : 1];
  return data?.beads.find((bead) => statements.every((one) => meets(one.span, spanOf(bead, one))));
}

const meets = (one, other) => one !== null && one[0] < other[1] && other[0] < one[1];

/** What two documents say differently, and which two. */
function contradiction(card, { source, target, differences }) {
  const between = [documentName(source), " against ", documentName(target)];
  const [one, other] = [source, target].map((number) => card.said.find(({ document }) => document === number));
  const linked = one && other && pairOf(source, target) !== undefined;
  return element("li", {}, differences.map(difference), linked ? deepLink(one, [other], between) : between);
}

/** In which documents it was not found. */
function silentDocuments({ silent, kin }) {
  if (silent.length === 0) return null;
  const langs = inOrder(silent.map((number) => view.documents[number].lang)).map((lang) =>
    `${count(silent.filter((number) => view.documents[number].lang === lang).length)} in ${languageName(lang)}`);
  return element("details", { class: "absent small" },
    element("summary", {}, `Not found in ${plural(silent.length, "document")}: ${langs.join(", ")}`),
    element("p", { class: "muted" }, silent.map((number, index) => [
      index > 0 ? "; " : null, documentName(number), butSee(kin.filter((fact) => fact.stated_in.includes(number))),
    ])));
}
