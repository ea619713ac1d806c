"use strict";
/* The sentences that no record holds, of all documents in one list: what stands in one language only, as far as was
 * found. */

/** What is asked for where nobody asks for anything. */
const ANY_SENTENCE = { q: "", lang: "", document: "" };

/** The sentences of a document that no record holds; null where the page does not hold all that tells it. */
async function lonersOf(number) {
  const pairs = pairsWith(number);
  const [document, ...found] = await Promise.all([load("document", number), ...pairs.map((pair) => load("pair", pair))]);
  const records = found.map((data) => data?.beads.filter(isJoined) ?? []);
  const isWhole = view.mode === "review" || pairs.every((pair, at) => records[at].length === view.pairs[pair].records);
  if (!document || !isWhole) return null;
  const linked = new Set(pairs.flatMap((pair, at) => records[at].flatMap((bead) => bead[sideIn(pair, number)])));
  return document.sentences
    .map((span, sentence) => ({
      number, sentence, span, pair: pairs[0], foreign: document.foreign[sentence], text: cut(document.text, ...span),
    }))
    .filter(({ sentence, text }) => !linked.has(sentence) && text.trim())
    .map((row) => ({ ...row, folded: folded(row.text) }));
}

const isJoined = ({ source, target, decision }) => source.length > 0 && target.length > 0 && decision !== "rejected";

routes.unaligned = async (_, query) => {
  const asked = Object.fromEntries(Object.keys(ANY_SENTENCE).map((name) => [name, query.get(name) ?? ""]));
  const told = element("p", { class: "small muted", id: "unaligned-count" }, "Reading …");
  const list = element("div", { id: "unaligned-list" });
  const missing = new Set();
  let rows = [];
  const answer = ({ target: { dataset, value } }) => {
    asked[dataset.ask] = value;
    draw();
    announce(told.textContent);
    settleSoon(addressOf(asked, "unaligned", ANY_SENTENCE));
  };
  const page = element("article", {},
    element("h1", {}, "Sentences without a counterpart"),
    element("p", { class: "small muted" },
      "No record holds these: in no document of another language was a passage found that says the same. ",
      "That is no proof that there is none. The name before a sentence leads to where it stands."),
    element("form", {
      class: "questions", role: "search", "aria-label": "Which sentences", oninput: answer,
      onsubmit: (event) => event.preventDefault(),
    },
      field("Text", element("input", {
        type: "search", "data-ask": "q", value: asked.q, autocomplete: "off", spellcheck: "false",
      })),
      choice("lang", "In", view.langs.map((lang) => [lang, languageName(lang)]), asked.lang),
      choice("document", "In the document", view.documents.map(({ id }) => [id, id]), asked.document)),
    told, list);

  function draw() {
    const found = rows.filter(holding(asked.q)).filter(({ number }) => isAsked(view.documents[number], asked));
    const left = missing.size > 0 ? `; those of ${plural(missing.size, "document")} are not in this page` : "";
    told.textContent = `${plural(found.length, "sentence")} of ${count(rows.length)}${left}`;
    list.replaceChildren(lazily(found, (row) => lonerRow(row, asked.q), { rowHeight: "4rem" }));
  }

  async function read(number) {
    const found = await lonersOf(number);
    if (found === null && view.documents[number].unaligned > 0) missing.add(number);
    return found ?? [];
  }

  const numbers = [...view.documents.keys()].sort((a, b) => isLone(a) - isLone(b));
  await reading(page, told, numbers, read, (found) => { rows = found; draw(); });
  return page;
};

const isAsked = (document, { lang, document: id }) =>
  (lang === "" || document.lang === lang) && (id === "" || document.id === id);

/** A sentence, behind where it stands: in the pair of its document that has the most records, if there is one. */
function lonerRow({ number, sentence, span, pair, foreign, text }, q) {
  const where = [documentName(number), `, sentence ${count(sentence + 1)}`];
  return element("div", { class: "record" },
    element("div", { class: "record-head small" },
      langTag(view.documents[number].lang),
      pair === undefined ? [element("span", {}, where), tag("document without a partner")]
        : rowLink(`#pair/${pair}/${keyAlone(pair, number, span)}`, where),
      foreign ? tag(`stands in ${languageName(foreign)}`) : null),
    quoted(number, hits(text, q), "p"));
}
