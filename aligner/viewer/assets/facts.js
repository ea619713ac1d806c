"use strict";
/* The facts: one card for each, with what the documents of every language say of it, and which do not. */

const STANCES = { states: "states it", contains: "contains it", contradicts: "contradicts it", "not stated": "does not state it" };

/** The filters: a name in the address, what people read, which cards hold. */
const FACT_FILTERS = [
  ["all", "All", () => true],
  ["several", "In several languages", (card) => card.langs.length > 1],
  ["conflicts", "With conflicts", (card) => card.conflicting],
  ["one", "In one language only", (card) => card.langs.length === 1],
  ["nowhere", "Found nowhere", (card) => card.langs.length === 0],
];

/** The pair of two documents, in either order, by their numbers. */
const pairOf = (one, other) => pairNumbers.get(`${Math.min(one, other)} ${Math.max(one, other)}`);

const pairNumbers = new Map(view.pairs.map(({ source, target }, number) => [`${Math.min(source, target)} ${Math.max(source, target)}`, number]));

/** Facts and seeds as what is shown of them; both are asked and filtered alike. */
const factCards = remembered(() => [...view.seeds.map(seedCard), ...view.facts.map(factCard)]);

function seedCard(seed) {
  const found = seed.sightings.filter((one) => one.stance !== "not stated");
  const silent = seed.sightings.filter((one) => one.stance === "not stated");
  const stating = found.filter((one) => one.stance !== "contradicts");
  return {
    id: `seed-${seed.id}`, title: seed.title, said: found, silent: silent.map((one) => one.document),
    langs: inOrder(stating.map((one) => one.lang)), conflicting: found.length > stating.length, conflicts: [],
    folded: folded([seed.title, ...found.map((one) => one.text)].join("\n")),
  };
}

function factCard(fact) {
  return {
    id: fact.id, title: null, said: fact.statements, silent: fact.not_stated_in, fact,
    langs: inOrder(fact.langs), conflicting: fact.conflicts.length > 0, conflicts: fact.conflicts,
    folded: folded(fact.statements.map((one) => one.text).join("\n")),
  };
}

routes.facts = async ([opened], query) => {
  const cards = factCards();
  if (cards.length === 0) return element("article", {}, element("h1", {}, "Facts"), element("p", { class: "muted" }, "No fact is stated in two documents."));
  const state = { show: query.get("show") ?? "all", q: query.get("q") ?? "" };
  const lists = element("div", {});
  const told = element("p", { class: "small muted", id: "fact-count" });
  const buttons = FACT_FILTERS.map(([name, title]) =>
    element("button", { type: "button", "data-filter": name, onclick: () => { state.show = name; draw(true); } }, title, " ", element("span", { class: "count" })));
  const search = element("input", { type: "search", id: "fact-search", value: state.q, placeholder: "Search the facts", "aria-label": "Search the facts", autocomplete: "off",
    oninput: () => { state.q = search.value; draw(true); } });
  let drawn = [];

  function draw(changed) {
    const matching = cards.filter(holding(state.q));
    for (const [number, [name, , holds]] of FACT_FILTERS.entries()) {
      buttons[number].setAttribute("aria-pressed", String(name === state.show));
      buttons[number].querySelector(".count").textContent = count(matching.filter(holds).length);
      buttons[number].hidden = name !== state.show && !cards.some(holds);
    }
    const [, , holds] = FACT_FILTERS.find(([name]) => name === state.show) ?? FACT_FILTERS[0];
    const shown = matching.filter(holds);
    drawn = [
      section("Followed facts", shown.filter((card) => card.title !== null), "Facts that somebody asked for, and what each document says of them."),
      section("Facts found", shown.filter((card) => card.title === null), "What at least two documents state, the most widely stated first."),
    ].filter(({ cards }) => cards.length > 0);
    lists.replaceChildren(...drawn.flatMap(({ nodes }) => nodes));
    told.textContent = shown.length === 0 ? "Nothing is like that." : `${plural(shown.length, "card")} of ${count(cards.length)}`;
    if (!changed) return;
    announce(told.textContent);
    settleSoon(`#facts?${new URLSearchParams(state)}`);
  }

  draw(false);
  const page = element("article", { class: "facts" },
    element("h1", {}, "Facts"),
    element("div", { class: "toolbar" }, element("div", { class: "chips", role: "group", "aria-label": "Which facts" }, buttons), search),
    told, lists,
    element("p", { class: "small muted" }, "That a fact was not found in a document is no proof that the document does not state it."));
  page.addEventListener("shown", (event) => { if (opened && openCard(drawn, opened)) event.preventDefault(); });
  return page;
};

function section(title, cards, told) {
  const list = lazily(cards, card, { rowHeight: "15rem" });
  return { cards, list, nodes: [element("h2", {}, `${title} (${count(cards.length)})`), element("p", { class: "small muted" }, told), list] };
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

function card(one) {
  const said = inOrder(one.said.map(({ lang }) => lang));
  const lacking = (one.fact?.not_stated_langs ?? view.langs.filter((lang) => one.silent.some((number) => view.documents[number].lang === lang) && !said.includes(lang)));
  return element("section", { class: "card", "data-fact": one.id, "aria-label": one.title ?? spacedId(one.id) },
    element("div", { class: "card-head" },
      element("h3", {}, element("a", { href: `#facts/${one.id}`, "data-row": true }, one.title ?? spacedId(one.id))),
      one.fact ? pChip(one.fact.p) : null,
      one.langs.map(langTag),
      element("span", { class: "small muted" }, one.said.length > 0 ? plural(one.said.length, "document") : "found in no document", one.fact?.first ? ` · ${dates(one.fact)}` : null),
      one.conflicting ? element("span", { class: "tag warn" }, "≠ conflict") : null),
    element("div", { class: "sides" }, said.map((lang) => side(one, lang)), lacking.map(silentSide)),
    one.conflicts.length === 0 ? null : element("ul", { class: "conflicts small" }, one.conflicts.map((conflict) => contradiction(one, conflict))),
    absent(one));
}

/** "fact-3" → "Fact 3". */
const spacedId = (id) => id.replace("fact-", "Fact ");

const side = (one, lang) =>
  element("div", { class: "side" },
    element("h4", {}, languageName(lang)),
    element("ul", {}, one.said.filter((statement) => statement.lang === lang).map((statement) => stated(one, statement))));

const silentSide = (lang) =>
  element("div", { class: "side" }, element("h4", {}, languageName(lang)), element("p", { class: "muted" }, `Not found in any document in ${languageName(lang)}.`));

/** What one document says. */
function stated(one, statement) {
  const contradicts = statement.stance === "contradicts";
  const conflicting = contradicts || one.conflicts.some(({ source, target }) => [source, target].includes(statement.document));
  return element("li", { class: conflicting ? "contradicts" : null },
    quoted(statement.document, statement.text, "q"),
    element("div", { class: "small muted" },
      wayTo(one, statement), " ",
      pChip(statement.p), " ",
      contradicts ? element("span", { class: "tag warn" }, "≠ contradicts: ", statement.differences.map(spaced).join(", ")) : null,
      statement.stance === "contains" ? "says this and more" : null));
}

/** The document's name, as a way to the record if one holds this statement, else to its pair with another document. */
function wayTo(one, statement) {
  const name = element("bdi", { title: view.documents[statement.document].id }, documentLabel(statement.document));
  const others = one.said
    .filter((other) => other.document !== statement.document && pairOf(statement.document, other.document) !== undefined)
    .sort((a, b) => (a.lang === statement.lang) - (b.lang === statement.lang));
  if (others.length === 0) {
    const any = view.pairs.findIndex((pair) => pair.source === statement.document || pair.target === statement.document);
    return any < 0 ? name : element("a", { href: `#pair/${any}`, "data-pair": any }, name);
  }
  return deepLink(statement, others, name);
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
function contradiction(one, conflict) {
  const [source, target] = [conflict.source, conflict.target].map((number) => one.said.find((statement) => statement.document === number));
  const names = [conflict.source, conflict.target].map((number) => element("bdi", {}, documentLabel(number)));
  const between = [names[0], " against ", names[1]];
  return element("li", {}, conflict.differences.map(difference),
    source && target && pairOf(conflict.source, conflict.target) !== undefined ? deepLink(source, [target], between) : between);
}

/** Which documents do not state it. */
function absent(one) {
  if (one.silent.length === 0) return null;
  const langs = inOrder(one.silent.map((number) => view.documents[number].lang));
  return element("details", { class: "absent small" },
    element("summary", {}, `Not found in ${plural(one.silent.length, "document")}: `,
      langs.map((lang) => `${count(one.silent.filter((number) => view.documents[number].lang === lang).length)} in ${languageName(lang)}`).join(", ")),
    element("p", { class: "muted" }, one.silent.map((number, index) => [index > 0 ? ", " : null, element("bdi", { title: view.documents[number].id }, documentLabel(number))])));
}
