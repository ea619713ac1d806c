"use strict";
/* What the reports share, on the overview: seeds, conflicts, facts of several languages; each leads to its card. */

/** Facts and conflicts that the overview tells; the others stand on the page of facts. */
const TOLD = 8;

function shared() {
  if (view.facts.length === 0 && view.seeds.length === 0) return null;
  return [element("h2", {}, "What the reports share"), sharedSeeds(), conflicts(), sharedFacts(), loneFacts()];
}

/** The seeds, each with what the documents of every language say of it. */
function sharedSeeds() {
  if (view.seeds.length === 0) return null;
  const langs = inOrder(view.seeds.flatMap((seed) => seed.sightings.map((one) => one.lang)));
  const row = (seed) => [rowLink(`#facts/seed-${seed.id}`, seed.title), ...langs.map((lang) => stances(seed, lang))];
  return [
    element("h3", {}, `Followed facts (${count(view.seeds.length)})`),
    element("p", { class: "small muted" },
      "What somebody asked to look for, and in how many documents of each language it was found."),
    scrolling("Followed facts", "",
      table({ class: "plain seeds", id: "seeds" }, ["Fact", ...langs.map(languageName)], view.seeds.map(row))),
  ];
}

/** How many documents of a language state a seed, and how many contradict it. */
function stances(seed, lang) {
  const found = (...names) => seed.sightings.filter((one) => one.lang === lang && names.includes(one.stance)).length;
  const stated = found("states", "contains");
  const contradicted = found("contradicts");
  if (stated + contradicted === 0) {
    return element("span", { class: "muted" }, "not found", butSee(inLanguage(seedCard(seed).kin, lang)));
  }
  return [
    stated > 0 ? `${plural(stated, "document")} ` : null,
    contradicted > 0 ? alarm(`≠ ${count(contradicted)} contradict${contradicted === 1 ? "s" : ""}`) : null,
  ];
}

/** Where documents contradict each other, and in what words. */
function conflicts() {
  const found = view.facts.filter((fact) => fact.conflicts.length > 0);
  if (found.length === 0) return null;
  return [
    element("h3", {}, `Contradictions (${count(found.length)})`),
    element("ul", { class: "told", id: "conflicts" }, found.slice(0, TOLD).map(toldConflict)),
    more(found.length, "contradiction", "#facts/found?show=conflicts"),
  ];
}

function toldConflict(fact) {
  const differences = new Set(fact.conflicts.flatMap((one) => one.differences));
  const documents = new Set(fact.conflicts.flatMap((one) => [one.source, one.target]));
  const statements = [...documents].flatMap((number) => fact.statements.filter((one) => one.document === number));
  return element("li", { "data-fact": fact.id },
    rowLink(`#facts/${fact.id}`, [...differences].map(difference)),
    statements.map((one) => saidIn(one, quoted(one.document, one.text), " ",
      element("span", { class: "small muted" }, documentName(one.document)))));
}

/** "≠ date 1998 / 1997". */
const difference = (told) => [alarm("≠ ", spaced(told)), " "];

/** What a document says, behind the code of its language. */
const saidIn = ({ lang }, ...content) => element("div", { class: "said" }, langTag(lang), element("span", {}, content));

function sharedFacts() {
  const found = view.facts.filter((fact) => fact.langs.length > 1);
  return [
    element("h3", {}, `Facts found in ${severalLanguages()} (${count(found.length)})`),
    found.length === 0 ? element("p", { class: "muted" }, "None.") : null,
    element("ul", { class: "told", id: "shared-facts" }, found.slice(0, TOLD).map(toldFact)),
    more(found.length, "fact", "#facts/found?show=several"),
  ];
}

/** A fact in the words of one document of each language. */
function toldFact(fact) {
  const told = inOrder(fact.langs).map((lang) => surest(fact.statements.filter((one) => one.lang === lang)));
  const link = (one) => rowLink(`#facts/${fact.id}`, quoted(one.document, one.text));
  return element("li", { "data-fact": fact.id },
    told.filter(Boolean).map((one, number) => saidIn(one, number === 0 ? link(one) : quoted(one.document, one.text))),
    element("div", { class: "small muted" },
      plural(fact.stated_in.length, "document"), fact.first ? ` · ${dates(fact)}` : null,
      " ", pMeaning(fact.p, "that at least two documents state it"),
      fact.conflicts.length > 0 ? [" ", alarm("≠ contradiction")] : null));
}

const surest = (statements) =>
  statements.reduce((found, one) => (found && (found.p ?? 0) >= (one.p ?? 0) ? found : one), null);

/** "2013-11", or "2009 – 2013". */
const dates = ({ first, last }) => (last && last !== first ? `${first} – ${last}` : first);

const more = (found, name, href) =>
  (found > TOLD ? element("p", {}, element("a", { href }, `All ${plural(found, name)}`)) : null);

/** How many facts documents of one language share. */
function loneFacts() {
  const found = view.facts.filter((fact) => fact.langs.length === 1);
  if (found.length === 0) return null;
  const byLang = inOrder(found.map((fact) => fact.langs[0])).map((lang) =>
    `${count(found.filter((fact) => fact.langs[0] === lang).length)} in ${languageName(lang)}`);
  return element("p", { class: "small" },
    element("a", { href: "#facts/found?show=one" }, plural(found.length, "more fact")),
    ` found in several documents of one language only: ${listed(byLang)}. `,
    unalignedLink({}, "Sentences without a counterpart"), " are listed apart.");
}
