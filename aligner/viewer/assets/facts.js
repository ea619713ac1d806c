"use strict";
/* The facts: one card for each, with what the documents of every language say of it, and which do not. */

/** The filters: a name in the address, what people read, which cards hold. */
const FACT_FILTERS = [
  ["all", "All", () => true],
  ["several", "In several languages", (card) => card.langs.length > 1],
  ["conflicts", "With conflicts", (card) => card.conflicting],
  ["one", "In one language only", (card) => card.langs.length === 1],
  ["nowhere", "Found nowhere", (card) => card.langs.length === 0],
];

const pairKey = (one, other) => `${Math.min(one, other)} ${Math.max(one, other)}`;

const pairNumbers = new Map(view.pairs.map(({ source, target }, number) => [pairKey(source, target), number]));

/** The number of the pair of two documents, in either order. */
const pairOf = (one, other) => pairNumbers.get(pairKey(one, other));

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
    folded: folded([title, ...said.map((one) => one.text)].join("\n")),
  };
}

function factCard(fact) {
  return {
    id: fact.id, heading: fact.id.replace("fact-", "Fact "),
    said: fact.statements, silent: fact.not_stated_in,
    langs: inOrder(fact.langs),
    lacking: fact.not_stated_langs,
    conflicting: fact.conflicts.length > 0,
    conflicts: fact.conflicts,
    folded: folded(fact.statements.map((one) => one.text).join("\n")),
    fact,
  };
}

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
    told.textContent = `${plural(shown.length, "card")} of ${count(cards.length)}`;
  }

  draw();
  const page = element("article", { class: "facts" },
    element("h1", {}, "Facts"),
    cards.length === 0 ? element("p", { class: "muted" }, "No fact is stated in two documents.") : [
      element("div", { class: "toolbar" },
        element("div", { class: "chips", role: "group", "aria-label": "Which facts" }, buttons), search),
      told, lists,
      element("p", { class: "small muted" },
        "That a fact was not found in a document is no proof that the document does not state it."),
    ]);
  page.addEventListener("shown", (event) => { if (opened && openCard(drawn, opened)) event.preventDefault(); });
  return page;
};

/** A card tells of every language: about how high it is, and how many are made at once. */
const CARDS = { rowHeight: `${8 + 2 * view.langs.length}rem`, size: Math.ceil(40 / Math.max(1, view.langs.length)) };

/** Seeds and facts, each below a heading, where there are any. */
function sections(shown) {
  return [
    ["Followed facts", ({ fact }) => !fact, "What somebody asked for, and what each document says of it."],
    ["Facts found", ({ fact }) => fact, "What at least two documents state, the most widely stated first."],
  ].map(([title, holds, told]) => {
    const cards = shown.filter(holds);
    const list = lazily(cards, factSection, CARDS);
    const heading = element("h2", {}, `${title} (${count(cards.length)})`);
    return { cards, list, nodes: [heading, element("p", { class: "small muted" }, told), list] };
  }).filter(({ cards }) => cards.length > 0);
}

/** Brings the card that the address names into sight; false where there is none. */
function openCard(drawn, id) {
  const place = drawn.find(({ cards }) => cards.some((one) => one.id === id));
  if (!place) return false;
  const found = place.list.reveal(place.cards.findIndex((one) => one.id === id)).firstElementChild;
  found.classList.add("opened");
  found.querySelector("h3 a").focus({ preventScroll: true });
  found.scrollIntoView();
  requestAnimationFrame(() => found.scrollIntoView());
  return true;
}

/* One card. */

function factSection(card) {
  const { id, heading, fact, said, conflicts: contradictions } = card;
  return element("section", { class: "card", "data-fact": id, "aria-label": heading },
    element("div", { class: "card-head" },
      element("h3", {}, rowLink(`#facts/${id}`, heading)),
      fact ? pChip(fact.p) : null,
      card.langs.map(langTag),
      element("span", { class: "small muted" },
        said.length > 0 ? plural(said.length, "document") : "found in no document",
        fact?.first ? ` · ${dates(fact)}` : null),
      card.conflicting ? alarm("≠ conflict") : null),
    element("div", { class: "sides" },
      inOrder(said.map(({ lang }) => lang)).map((lang) => statingSide(card, lang)),
      card.lacking.map(silentSide)),
    contradictions.length === 0 ? null
      : element("ul", { class: "conflicts small" }, contradictions.map((one) => contradiction(card, one))),
    silentDocuments(card));
}

const statingSide = (card, lang) =>
  element("div", { class: "side" },
    element("h4", {}, languageName(lang)),
    element("ul", {}, card.said.filter((one) => one.lang === lang).map((one) => stated(card, one))));

const silentSide = (lang) =>
  element("div", { class: "side" },
    element("h4", {}, languageName(lang)),
    element("p", { class: "muted" }, `Not found in any document in ${languageName(lang)}.`));

/** What one document says. */
function stated(card, statement) {
  const contradicts = statement.stance === "contradicts";
  const inConflict = card.conflicts.some(({ source, target }) => [source, target].includes(statement.document));
  return element("li", { class: contradicts || inConflict ? "contradicts" : null },
    quoted(statement.document, statement.text, "q"),
    element("div", { class: "small muted" },
      wayTo(card, statement), " ", pChip(statement.p), " ",
      contradicts ? alarm("≠ contradicts: ", statement.differences.map(spaced).join(", ")) : null,
      statement.stance === "contains" ? "says this and more" : null));
}

/** The document's name, as a way to the record if one holds this statement, else to a pair of the document. */
function wayTo(card, { document, lang, span }) {
  const name = documentName(document);
  const others = card.said
    .filter((one) => one.document !== document && pairOf(document, one.document) !== undefined)
    .sort((a, b) => (a.lang === lang) - (b.lang === lang));
  if (others.length > 0) return deepLink({ document, span }, others, name);
  const any = view.pairs.findIndex(({ source, target }) => source === document || target === document);
  return any < 0 ? name : element("a", { href: `#pair/${any}`, "data-pair": any }, name);
}

/** A link to the pair of this statement with one of the others, and, once that is known, to the record of the two. */
function deepLink(statement, others, ...content) {
  const first = pairOf(statement.document, others[0].document);
  const link = element("a", { href: `#pair/${first}`, "data-pair": first }, content);
  deepen(link, statement, others);
  return link;
}

async function deepen(link, statement, others) {
  for (const other of others) {
    const number = pairOf(statement.document, other.document);
    if (!view.pairs[number].shown) continue;
    const data = await load("pair", number);
    const sides = view.pairs[number].source === statement.document ? [statement, other] : [other, statement];
    const bead = data?.beads.find((one) => sides.every((said, index) => meets(said.span, one.spans[index])));
    if (!bead) continue;
    link.setAttribute("href", `#pair/${number}/${keyOf(bead)}`);
    link.dataset.pair = number;
    link.dataset.key = keyOf(bead);
    return;
  }
}

const meets = (one, other) => one !== null && one[0] < other[1] && other[0] < one[1];

/** What two documents say differently, and which two. */
function contradiction(card, { source, target, differences }) {
  const between = [documentName(source), " against ", documentName(target)];
  const [one, other] = [source, target].map((number) => card.said.find(({ document }) => document === number));
  const linked = one && other && pairOf(source, target) !== undefined;
  return element("li", {}, differences.map(difference), linked ? deepLink(one, [other], between) : between);
}

/** Which documents do not state it. */
function silentDocuments({ silent }) {
  if (silent.length === 0) return null;
  const langs = inOrder(silent.map((number) => view.documents[number].lang)).map((lang) =>
    `${count(silent.filter((number) => view.documents[number].lang === lang).length)} in ${languageName(lang)}`);
  return element("details", { class: "absent small" },
    element("summary", {}, `Not found in ${plural(silent.length, "document")}: ${langs.join(", ")}`),
    element("p", { class: "muted" }, silent.map((number, index) => [index > 0 ? ", " : null, documentName(number)])));
}
