"use strict";
/* The records of all pairs in one list, to be searched, filtered and sorted; the address holds what was asked. */

/** What is asked for where nobody asks for anything. */
const ASKED = { q: "", relation: "", documents: "", document: "", flag: "", bead: "", decision: "", min: "", max: "", sort: "order" };

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

/** The records of all pairs that can be shown; `progress(found)` is told now and then, and may say false to stop. */
async function allRows(progress) {
  const rows = [];
  let last = performance.now();
  for (const [number, { source, target, shown }] of view.pairs.entries()) {
    if (!shown) continue;
    const [data, ...documents] = await Promise.all([load("pair", number), load("document", source), load("document", target)]);
    for (const row of rowsOf(number, data, documents.map((one) => one.text))) rows.push(row);
    if (performance.now() - last < SLICE) continue;
    if (!progress(rows.length)) return rows;
    await paused();
    last = performance.now();
  }
  return rows;
}

/** Whether a row counts where nobody asks for its like: what only is on the same matter, what a person rejected, and
 *  sentences that a person left alone are no records. */
function ordinary({ bead }, asked) {
  if (bead.relation === "related") return asked.relation === "related";
  return asked.decision !== "" || (bead.decision !== "rejected" && bead.source.length > 0 && bead.target.length > 0);
}

/** The records that are asked for, in the order that is asked for. */
function matching(rows, asked) {
  const tests = [
    asked.q && holding(asked.q),
    (row) => ordinary(row, asked),
    asked.relation && (({ bead }) => bead.relation === asked.relation),
    asked.documents && (({ pair }) => view.pairs[pair].relation === asked.documents),
    asked.document && (({ pair }) => [view.pairs[pair].source, view.pairs[pair].target].some((one) => view.documents[one].id === asked.document)),
    asked.flag && (({ bead }) => (asked.flag === "crossing" ? bead.crossing : bead.flags.includes(asked.flag))),
    asked.bead && (({ bead }) => kindOf(bead) === asked.bead),
    asked.decision && (({ bead }) => (asked.decision === "none" ? bead.decision === "" : bead.decision === asked.decision)),
    asked.min && (({ bead }) => bead.p !== null && bead.p >= Number(asked.min)),
    asked.max && (({ bead }) => bead.p !== null && bead.p < Number(asked.max)),
  ].filter(Boolean);
  const found = rows.filter((row) => tests.every((holds) => holds(row)));
  const p = ({ bead }) => bead.p ?? -1;
  if (asked.sort === "doubt") found.sort((a, b) => p(a) - p(b));
  if (asked.sort === "sure") found.sort((a, b) => p(b) - p(a));
  return found;
}

const kindOf = (bead) => `${bead.source.length}-${bead.target.length}`;

routes.records = async (_, query) => {
  const asked = Object.fromEntries(Object.keys(ASKED).map((name) => [name, query.get(name) ?? ASKED[name]]));
  const told = element("p", { class: "small muted", id: "record-count" }, "Reading the records …");
  const list = element("div", { id: "record-list" });
  let rows = [];
  const page = element("article", { class: "records" },
    element("h1", {}, "Records"),
    form(asked, (changed) => { draw(); announce(told.textContent); if (changed) settleSoon(addressOf(asked)); }),
    told, list);

  function draw() {
    const found = matching(rows, asked);
    const left = view.records - view.shown;
    const all = rows.filter((row) => ordinary(row, asked));
    told.textContent = `${plural(found.length, "record")} of ${count(all.length)}, ${SORTS[asked.sort] ?? SORTS.order}${left > 0 ? `; ${count(left)} more are not in this page` : ""}`;
    list.replaceChildren(lazily(found, (row) => recordRow(row, asked.q), { rowHeight: "6.5rem" }));
  }

  const reading = allRows((found) => {
    told.textContent = `Reading the records … ${count(found)} of ${count(view.shown)}`;
    return page.isConnected || !page.wasShown;
  });
  const done = reading.then((found) => { rows = found; draw(); });
  page.addEventListener("shown", () => {
    page.wasShown = true;
    done.then(() => announce(told.textContent), (error) => { told.textContent = String(error.message ?? error); });
  });
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 150))]);
  return page;
};

/** The address of what is asked for: only what differs from what one gets anyway. */
function addressOf(asked) {
  const query = new URLSearchParams(Object.entries(asked).filter(([name, value]) => value !== ASKED[name]));
  return `#records${query.size > 0 ? "?" : ""}${query}`;
}

/* The questions. */

function form(asked, draw) {
  const field = (name, title, input) => element("label", { class: "field" }, element("span", {}, title), furnish(input, { "data-ask": name }, []));
  const choice = (name, title, choices) => (choices.length === 0 && !asked[name] ? null : field(name, title,
    element("select", {}, option("", "any", asked[name]), withAsked(choices, asked[name]).map(([value, text]) => option(value, text, asked[name])))));
  const bound = (name, title) => field(name, title, element("input", { type: "number", min: 0, max: 1, step: 0.05, value: asked[name] }));
  const questions = element("form", { class: "questions", role: "search", "aria-label": "Which records", onsubmit: (event) => event.preventDefault() },
    field("q", "Text", element("input", { type: "search", id: "record-search", value: asked.q, autocomplete: "off", spellcheck: "false" })),
    choice("relation", "What they say", [...new Set([...view.relations.map(([name]) => name), ...(view.pairs.some((pair) => pair.related > 0) ? ["related"] : [])])].map((name) => [name, SEGMENT_RELATIONS[name] ?? spaced(name)])),
    bound("min", "p from"), bound("max", "p below"),
    choice("documents", "Documents are", order.filter((name) => name && view.pairs.some((pair) => pair.relation === name)).map((name) => [name, RELATIONS[name].many])),
    choice("document", "In the document", view.documents.map(({ id }) => [id, id])),
    choice("bead", "Sentences", view.beads.map(([name]) => [name, name.replace("-", " : ")])),
    choice("flag", "Flag", [...view.flags.map(([name]) => [name, spaced(name)]), ...(view.pairs.some((pair) => pair.crossings > 0) ? [["crossing", "out of order"]] : [])]),
    view.mode === "review" || asked.decision ? choice("decision", "Decision", [["accepted", "accepted"], ["rejected", "rejected"], ["none", "none yet"]]) : null,
    field("sort", "Order", element("select", {}, Object.entries(SORTS).map(([value, text]) => option(value, text, asked.sort)))),
    element("button", { type: "button", id: "clear", onclick: () => {
      for (const input of questions.querySelectorAll("[data-ask]")) input.value = asked[input.dataset.ask] = ASKED[input.dataset.ask];
      draw(true);
    } }, "Clear"));
  questions.addEventListener("input", ({ target }) => {
    if (!target.dataset.ask) return;
    asked[target.dataset.ask] = target.value;
    if (target.dataset.ask === "q") searchText.value = target.value;
    draw(true);
  });
  return questions;
}

const option = (value, text, chosen) => element("option", { value, selected: value === chosen }, text);

/** The choices, with what the address asks for, even if nothing in this run is like that. */
const withAsked = (choices, value) => (value && !choices.some(([one]) => one === value) ? [...choices, [value, value]] : choices);

/* One record. */

function recordRow({ pair, bead, said }, q) {
  const { source, target } = view.pairs[pair];
  const key = keyOf(bead);
  return element("div", { class: "record", "data-pair": pair, "data-key": key },
    element("div", { class: "record-head small" },
      pChip(bead.p),
      element("a", { href: `#pair/${pair}/${key}`, "data-row": true }, element("bdi", {}, documentLabel(source)), " ↔ ", element("bdi", {}, documentLabel(target))),
      element("span", { class: bead.relation === "conflicting" ? "tag warn" : "tag" }, bead.relation === "conflicting" ? "≠ " : null, SEGMENT_RELATIONS[bead.relation] ?? "relation unknown"),
      kindOf(bead) === "1-1" ? null : element("span", { class: "tag" }, kindOf(bead).replace("-", " : ")),
      bead.crossing ? element("span", { class: "tag" }, "out of order") : null,
      bead.flags.map((flag) => element("span", { class: "tag warn" }, spaced(flag))),
      bead.decision ? element("span", { class: "tag" }, bead.decision) : null),
    element("div", { class: "both" }, [source, target].map((number, side) =>
      element("p", { lang: view.documents[number].lang, dir: view.documents[number].dir }, said[side] ? marked(said[side], bead, side, q) : element("span", { class: "muted", lang: "en", dir: "ltr" }, "no counterpart")))));
}

/** A text with its evidence marked: what agrees, what conflicts; and, of the rest, what was searched. */
function marked(text, bead, side, q) {
  const begin = bead.spans[side][0];
  const length = bead.spans[side][1] - begin;
  const ties = bead.evidence.map((tie) => [...tie.spans[side].map((at) => at - begin), tie]).sort((a, b) => a[0] - b[0]);
  const pieces = [];
  let at = 0;
  for (const [start, end, tie] of ties) {
    if (start < at || end <= start || end > length) continue;
    pieces.push(...hits(cut(text, at, start), q));
    pieces.push(element("mark", { class: tie.agrees ? "agrees" : "conflict", title: tie.agrees ? tie.told : `conflict: ${tie.told}` }, cut(text, start, end)));
    at = end;
  }
  return [...pieces, ...hits(cut(text, at, length), q)];
}

/** A text with the words of a query marked, as far as case and accents let them be found. */
function hits(text, q) {
  const words = folded(q).split(/\s+/).filter(Boolean);
  if (words.length === 0 || text === "") return [text];
  const letters = Array.from(text);
  const plain = letters.map(folded);
  const starts = [];
  plain.reduce((sum, one, index) => { starts[index] = sum; return sum + one.length; }, 0);
  const whole = plain.join("");
  const inside = letters.map(() => false);
  for (const word of words) {
    for (let found = whole.indexOf(word); found >= 0; found = whole.indexOf(word, found + word.length)) {
      starts.forEach((start, index) => { if (start >= found && start < found + word.length) inside[index] = true; });
    }
  }
  const pieces = [];
  for (let at = 0; at < letters.length;) {
    let end = at;
    while (end < letters.length && inside[end] === inside[at]) end += 1;
    const piece = letters.slice(at, end).join("");
    pieces.push(inside[at] ? element("mark", { class: "hit" }, piece) : piece);
    at = end;
  }
  return pieces;
}
