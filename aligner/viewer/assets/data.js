"use strict";
/* The data of the page: what stands in it, or what the server of the review page gives; and its words. */

/** The overview of the run, as the page was made. */
const view = held("view");

const isReview = () => view.mode === "review";

const loaded = new Map();

/** `load("document", 3)`, `load("pair", 4)`: a promise of it; null where the report leaves it out. */
function load(kind, number) {
  const name = `${kind}-${number}`;
  if (!loaded.has(name)) {
    const found = Promise.resolve().then(() => held(name) ?? (isReview() ? asked(`api/${kind}s/${number}`) : null));
    found.catch(() => loaded.delete(name));
    loaded.set(name, found);
  }
  return loaded.get(name);
}

/** Takes new data in place of what `load` gave before, as after a decision. */
function remember(kind, number, value) {
  loaded.set(`${kind}-${number}`, Promise.resolve(value));
}

/** What stands in the page under this name; null if nothing does. */
function held(name) {
  const source = document.getElementById(name);
  return source?.type === "application/json" ? JSON.parse(source.textContent) : null;
}

/** What the server of the review page answers. Throws an error in words for people, with the `status` of the answer (0:
 *  there was none) and what was `told`. */
async function asked(route, options) {
  const answer = await fetch(route, { credentials: "same-origin", ...options }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok && told) return told;
  const status = answer && !answer.ok ? answer.status : 0;
  throw Object.assign(new Error(REFUSED[status] ?? told?.error ?? `The server answered ${status}.`), { status, told });
}

/** Why the server does not do what this page asks. */
const REFUSED = {
  0: "The server did not answer. Is align review still running? What you see was saved last; try again.",
  403: "The server does not know this page any more: it was started anew. Open the address that align review printed "
    + "last; what was saved is there.",
};

/** What names a bead among those of its pair: its two spans. */
const keyOf = (bead) => bead.spans.map(([start, end]) => `${start}-${end}`).join(":");

/* Words of the field, for people. */

/** Relations of two documents, in the order of their worth. */
const RELATIONS = {
  parallel: {
    letter: "T", one: "translation", many: "translations",
    told: "one translates the other",
  },
  partial: {
    letter: "P", one: "partial translation", many: "partial translations",
    told: "one translates the other, with large omissions or moved parts",
  },
  comparable: {
    letter: "C", one: "pair of comparable reports", many: "pairs of comparable reports",
    told: "both report on the same events, each in its own words",
  },
  unrelated: {
    letter: "–", one: "unrelated pair", many: "unrelated pairs",
    told: "nothing is shared that an alignment could show",
  },
};

const UNKNOWN = {
  letter: "?", one: "pair of unknown relation", many: "pairs of unknown relation",
  told: "nobody knows how they belong together",
};

/** What is told of a relation of two documents; of one that is unknown, too. */
const relationOf = (name) => RELATIONS[name] ?? UNKNOWN;

/** The relations that pairs of this run have, in the order of their worth. */
const relationsHere = () =>
  [...Object.keys(RELATIONS), ""].filter((name) => view.pairs.some((pair) => pair.relation === name));

/** Relations of the two sides of a record. */
const SEGMENT_RELATIONS = {
  equivalent: "both say the same",
  source_contains_target: "the source says more",
  target_contains_source: "the target says more",
  overlapping: "each says something else beside",
  conflicting: "they contradict each other",
  related: "on the same matter only",
};

const toldRelation = (relation) =>
  sidesInWords()[relation] ?? SEGMENT_RELATIONS[relation] ?? (spaced(relation) || "relation unknown");

/** Which side says more, by its language where all pairs are of the same two. */
const sidesInWords = remembered(() => {
  const langs = new Set(view.pairs.map((pair) => langsOf(pair).join(" ")));
  const [source, target] = langs.size === 1 ? [...langs][0].split(" ") : [];
  const names = source === target ? ["first", "second"] : [source, target].map(languageName);
  return Object.fromEntries(["source_contains_target", "target_contains_source"].map((relation, number) =>
    [relation, `the ${names[number]} says more`]));
});

/** "number_mismatch" → "number mismatch". */
const spaced = (name) => name.replaceAll("_", " ");

const languageNames = new Intl.DisplayNames("en", { type: "language" });

/** "it" → "Italian"; the code itself where nobody knows it. */
function languageName(code) {
  try {
    return code === "und" ? "an unknown language" : languageNames.of(code);
  } catch {
    return code;
  }
}

/** Languages in the order of the run's. */
const inOrder = (langs) => view.langs.filter((lang) => langs.includes(lang));

/** A short name of a document: its file's name, where no other of its language has the same; else its id. */
const documentLabel = (number) => labels[number];

/** The same as an element, with the whole id for who points at it. */
const documentName = (number) => element("bdi", { title: view.documents[number].id }, documentLabel(number));

/** The names of both documents of a pair. */
const pairName = ({ source, target }) => [documentName(source), " ↔ ", documentName(target)];

const labels = (() => {
  const short = (id) => id.replace(/^.*\/(?=[^/])/, "").replace(/(?<=[^.])\.\w{1,5}$/, "");
  const same = new Map();
  const marked = view.documents.map(({ id, lang }) => `${lang}/${short(id)}`);
  for (const name of marked) same.set(name, (same.get(name) ?? 0) + 1);
  return view.documents.map(({ id }, number) => (same.get(marked[number]) === 1 ? short(id) : id));
})();

/* How probable a record is: five steps from orange to blue, and grey where nobody knows. */

const STEPS = [0.3, 0.5, 0.7, 0.9];

/** The colour of a probability, for fills and backgrounds; what stands on it is of the colour `var(--on-p)`. */
const pColour = (p) => (p === null ? "var(--p-unknown)" : `var(--p-${STEPS.filter((step) => p >= step).length})`);

/** "0.93", or "unknown". */
const pLabel = (p) => (p === null ? "unknown" : p.toFixed(2));

/** A probability as a small coloured mark with the number in it. */
const pChip = (p) => {
  const title = `probability that both say the same: ${pLabel(p)}`;
  return element("span", { class: "p", style: { "--colour": pColour(p) }, title },
    element("span", { class: "hidden" }, "p "), p === null ? "?" : pLabel(p));
};

/** The code of a language as a small mark. */
const langTag = (lang) => element("span", { class: "tag lang", title: languageName(lang) }, lang);

/** A text of a document, in its language and direction; `number` is the document's. */
const quoted = (number, text, name = "span") =>
  element(name, { lang: view.documents[number].lang, dir: view.documents[number].dir, class: "quoted" }, text);
