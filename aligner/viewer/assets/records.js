"use strict";
/* The records of all pairs in one list, to be searched, filtered and sorted; the address holds what was asked. */

/** What is asked for where nobody asks for anything. */
const ASKED = {
  q: "", relation: "", min: "", max: "", documents: "", document: "", bead: "", flag: "", decision: "", sort: "order",
};

const SORTS = { order: "in order of documents", doubt: "the most doubtful first", sure: "the surest first" };

/** How long to work before the browser may draw, in milliseconds. */
const SLICE = 40;

const rowsOfPair = new WeakMap();

/** The records of a pair as they are searched: made once for each state of it. */
function rowsOf(number, data, texts) {
  if (!rowsOfPair.has(data)) {
    const row = (bead) => {
      const said = bead.spans.map(([start, end], side) => cut(texts[side], start, end));
      return { pair: number, bead, said, folded: folded(said.join("\n")) };
    };
    rowsOfPair.set(data, [...data.beads, ...data.related, ...(data.rejected ?? [])].map(row));
  }
  return rowsOfPair.get(data);
}

const paused = () => new Promise((resolve) => setTimeout(resolve));

/** The rows that `read(number)` promises of each of these numbers, one after the other; `progress(found)` is told now
 *  and then, and may say false to stop. */
async function gathered(numbers, read, progress) {
  const rows = [];
  let last = performance.now();
  for (const number of numbers) {
    for (const row of await read(number)) rows.push(row);
    if (performance.now() - last < SLICE) continue;
    if (!progress(rows.length)) return rows;
    await paused();
    last = performance.now();
  }
  return rows;
}

/** The records of a pair, if they can be shown. */
async function rowsOfNumber(number) {
  const { source, target, shown } = view.pairs[number];
  if (!shown) return [];
  const [data, ...documents] = await Promise.all([
    load("pair", number), load("document", source), load("document", target),
  ]);
  return rowsOf(number, data, documents.map((one) => one.text));
}

/** Whether a row counts where nobody asks for its like: what only is on the same matter, what a person rejected, and
 *  sentences that a person left alone are no records. */
function ordinary({ bead }, asked) {
  if (bead.relation === "related") return asked.relation === "related";
  return asked.decision !== "" || (bead.decision !== "rejected" && bead.source.length > 0 && bead.target.length > 0);
}

/** What a row must be for each question; none that is not asked. */
const QUESTIONS = {
  q: (query) => holding(query),
  relation: (name) => ({ bead }) => bead.relation === name,
  min: (p) => ({ bead }) => bead.p !== null && bead.p >= Number(p),
  max: (p) => ({ bead }) => bead.p !== null && bead.p < Number(p),
  documents: (relation) => ({ pair }) => view.pairs[pair].relation === relation,
  document: (id) => ({ pair: number }) => {
    const { source, target } = view.pairs[number];
    return view.documents[source].id === id || view.documents[target].id === id;
  },
  bead: (kind) => ({ bead }) => kindOf(bead) === kind,
  flag: (name) => ({ bead }) => (name === "crossing" ? bead.crossing : bead.flags.includes(name)),
  decision: (name) => ({ bead }) => bead.decision === (name === "none" ? "" : name),
};

/** The records that are asked for, in the order that is asked for. */
function matching(rows, asked) {
  const put = Object.keys(QUESTIONS).filter((name) => asked[name] !== "");
  const tests = [(row) => ordinary(row, asked), ...put.map((name) => QUESTIONS[name](asked[name]))];
  const found = rows.filter((row) => tests.every((holds) => holds(row)));
  const p = ({ bead }) => bead.p ?? -1;
  if (asked.sort === "doubt") found.sort((a, b) => p(a) - p(b));
  if (asked.sort === "sure") found.sort((a, b) => p(b) - p(a));
  return found;
}

const kindOf = (bead) => `${bead.source.length}-${bead.target.length}`;

/** "1-2" → "1 : 2". */
const kindInWords = (kind) => kind.replace("-", " : ");

routes.records = async (_, query) => {
  const asked = Object.fromEntries(Object.keys(ASKED).map((name) => [name, query.get(name) ?? ASKED[name]]));
  const told = element("p", { class: "small muted", id: "record-count" }, "Reading the records …");
  const list = element("div", { id: "record-list" });
  let rows = [];
  const page = element("article", {},
    element("h1", {}, "Records"),
    element("p", { class: "small" },
      "A record is a passage and what was found to correspond to it in the other document. Marked in them: numbers, ",
      "dates, names and words that both have, and ", element("mark", { class: "conflict" }, "what contradicts"),
      ". Sentences that stand in no record: ", unalignedLink({}, "without a counterpart"), "."),
    stepsOfP("the probability that both say the same"),
    questions(asked, () => {
      draw();
      announce(told.textContent);
      settleSoon(addressOf(asked));
    }),
    told, list);

  function draw() {
    const found = matching(rows, asked);
    const left = view.records - view.shown;
    const all = rows.filter((row) => ordinary(row, asked));
    told.textContent = `${plural(found.length, "record")} of ${count(all.length)}, ${SORTS[asked.sort] ?? SORTS.order}`
      + (left > 0 ? `; ${count(left)} more are not in this page` : "");
    list.replaceChildren(
      lazily(found, (row) => recordRow(row, asked.q), { rowHeight: "6.5rem" }), elsewhere(asked.q) ?? "");
  }

  await reading(page, told, view.pairs.keys(), rowsOfNumber, (found) => { rows = found; draw(); });
  return page;
};

/** Where else one may look for words. */
const elsewhere = (q) =>
  (q === "" ? null : element("p", { class: "small" },
    "The same may stand among the ", unalignedLink({ q }, "sentences without a counterpart"), "."));

/** Gathers the rows of a page, which `draw(rows)` then shows; how far it is stands in the line `told`. Waits for them
 *  as long as nobody notices. */
async function reading(page, told, numbers, read, draw) {
  const found = gathered(numbers, read, (so) => {
    told.textContent = `Reading … ${count(so)} so far`;
    return page.isConnected || !page.wasShown;
  });
  const done = found.then(draw);
  page.addEventListener("shown", () => {
    page.wasShown = true;
    done.then(() => announce(told.textContent), (error) => { told.textContent = String(error.message ?? error); });
  });
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 150))]);
}

/** The address of what is asked for in a view: only what differs from what one gets anyway. */
function addressOf(asked, name = "records", anyway = ASKED) {
  const query = new URLSearchParams(Object.entries(asked).filter(([one, value]) => value !== anyway[one]));
  return `#${name}${query.size > 0 ? "?" : ""}${query}`;
}

/* The questions. */

/** What can be asked with a choice: the name in the address, what people read, and what there is to choose from. */
const CHOICES = [
  ["relation", "The two sides", () => relationsOfRecords().map((name) => [name, toldRelation(name)])],
  ["documents", "The documents are", () => relationsHere().filter(Boolean).map((name) => [name, relationOf(name).many])],
  ["document", "In the document", () => view.documents.map(({ id }) => [id, id])],
  ["bead", "Sentences a side", () => view.beads.map(([name]) => [name, kindInWords(name)])],
  ["flag", "Suspicious for", () => flagsOfRecords()],
  ["decision", "Decision", () => (view.mode === "review" ? DECISIONS : [])],
];

const DECISIONS = [["accepted", "accepted"], ["rejected", "rejected"], ["none", "none yet"]];

function relationsOfRecords() {
  const related = view.pairs.some((pair) => pair.related > 0) ? ["related"] : [];
  return [...new Set([...view.relations.map(([name]) => name), ...related])];
}

function flagsOfRecords() {
  const crossing = view.pairs.some((pair) => pair.crossings > 0) ? [["crossing", "out of order"]] : [];
  return [...view.flags.map(([name]) => [name, spaced(name)]), ...crossing];
}

/** The fields of all questions; `changed()` is told of every change to `asked`. */
function questions(asked, changed) {
  const answer = ({ target: { dataset, value } }) => {
    if (!dataset.ask) return;
    asked[dataset.ask] = value;
    if (dataset.ask === "q") searchText.value = value;
    changed();
  };
  const clear = () => {
    Object.assign(asked, ASKED);
    for (const input of fields.querySelectorAll("[data-ask]")) input.value = asked[input.dataset.ask];
    searchText.value = "";
    changed();
  };
  const fields = element("form", {
    class: "questions", role: "search", "aria-label": "Which records",
    oninput: answer, onsubmit: (event) => event.preventDefault(),
  },
    field("Text", element("input", {
      type: "search", id: "record-search", "data-ask": "q", value: asked.q, autocomplete: "off", spellcheck: "false",
    })),
    limit("min", "p at least", asked), limit("max", "p below", asked),
    CHOICES.map(([name, title, choices]) => choice(name, title, choices(), asked[name])),
    field("Order", select("sort", Object.entries(SORTS), asked.sort)),
    element("button", { type: "button", id: "clear", onclick: clear }, "Show all"));
  return fields;
}

const field = (title, input) => element("label", { class: "field" }, element("span", {}, title), input);

const limit = (name, title, asked) =>
  field(title, element("input", { type: "number", min: 0, max: 1, step: 0.05, "data-ask": name, value: asked[name] }));

/** A choice that need not be made; with what the address asks for, even if nothing in this run is like that. */
function choice(name, title, choices, chosen) {
  const known = choices.some(([value]) => value === chosen);
  const all = chosen === "" || known ? choices : [...choices, [chosen, chosen]];
  return all.length === 0 ? null : field(title, select(name, [["", "any"], ...all], chosen));
}

const select = (name, choices, chosen) =>
  element("select", { "data-ask": name },
    choices.map(([value, text]) => element("option", { value, selected: value === chosen }, text)));

/* One record. */

function recordRow({ pair, bead, said }, q) {
  const { source, target } = view.pairs[pair];
  const key = keyOf(bead);
  return element("div", { class: "record", "data-pair": pair, "data-key": key },
    element("div", { class: "record-head small" },
      pChip(bead.p),
      rowLink(`#pair/${pair}/${key}`, pairName(view.pairs[pair])),
      relationTag(bead.relation),
      kindOf(bead) === "1-1" ? null : tag(kindInWords(kindOf(bead)), " sentences"),
      bead.crossing ? tag("out of order") : null,
      bead.flags.map((flag) => alarm(spaced(flag))),
      bead.decision ? tag(bead.decision) : null),
    element("div", { class: "both" }, [source, target].map((number, side) =>
      (said[side] ? quoted(number, marked(said[side], bead, side, q), "p")
        : element("p", { class: "muted" }, "no counterpart")))));
}

const relationTag = (relation) =>
  (relation === "conflicting" ? alarm("≠ ", toldRelation(relation)) : tag(toldRelation(relation)));

/** A text with its evidence marked: what agrees, what conflicts; and in all of it what was searched. */
function marked(text, bead, side, q) {
  const begin = bead.spans[side][0];
  const length = bead.spans[side][1] - begin;
  const ties = bead.evidence
    .map((tie) => [...tie.spans[side].map((at) => at - begin), tie])
    .sort((a, b) => a[0] - b[0]);
  const pieces = [];
  let at = 0;
  for (const [start, end, tie] of ties) {
    if (start < at || end <= start || end > length) continue;
    pieces.push(...hits(cut(text, at, start), q));
    const title = tie.agrees ? tie.told : `conflict: ${tie.told}`;
    pieces.push(element("mark", { class: tie.agrees ? "agrees" : "conflict", title }, hits(cut(text, start, end), q)));
    at = end;
  }
  return [...pieces, ...hits(cut(text, at, length), q)];
}

/** A text with the words of a query marked, as far as case and accents let them be found. */
function hits(text, q) {
  const pieces = [];
  let at = 0;
  for (const [start, end] of hitsIn(text, q).sort((a, b) => a[0] - b[0])) {
    if (end <= at) continue;
    const from = Math.max(at, start);
    pieces.push(text.slice(at, from), element("mark", { class: "hit" }, text.slice(from, end)));
    at = end;
  }
  return [...pieces, text.slice(at)];
}
