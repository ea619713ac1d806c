"use strict";
/* The overview in bars: how much of each document has a counterpart, how sure the records are, of what kinds they are. */

/** Documents of a language that are told at once; more are told when somebody asks. */
const OPEN = 24;

/** A share as a bar, with its name, its number, and what there is to say of it. */
const meter = (share, name, ...told) =>
  element("div", { class: "meter" },
    element("span", { class: "name" }, name),
    element("span", { class: "track", "aria-hidden": "true" },
      element("span", { style: { "inline-size": `${100 * share}%` } })),
    element("span", { class: "value" }, percent(share)),
    element("span", { class: "small muted" }, told.filter(Boolean).flatMap((one) => [one, " "])));

/** The coverage of every language, and within it of every document. */
const coverages = () => view.langs.map((lang) => {
  const documents = [...view.documents.keys()].filter((number) => view.documents[number].lang === lang);
  const sum = (value) => documents.reduce((all, number) => all + value(view.documents[number]), 0);
  const sentences = sum((one) => one.sentences);
  const linked = sum((one) => one.sentences * one.coverage);
  const told = `of ${plural(sentences, "sentence")} in ${plural(documents.length, "document")}`;
  return element("details", { class: "coverage", open: documents.length <= OPEN },
    element("summary", {}, meter(sentences > 0 ? linked / sentences : 0, languageName(lang), told)),
    lazily(documents, coverage, { rowHeight: "2rem" }));
});

/** A document's name leads to the texts of the pair in which most of it was found. */
function coverage(number) {
  const one = view.documents[number];
  const [closest] = pairsWith(number);
  const title = () => `the texts of ${inWords(view.pairs[closest])}`;
  const name = documentName(number);
  return meter(one.coverage,
    closest === undefined ? name
      : element("a", { href: `#pair/${closest}`, "data-pair": closest, title: title() }, name),
    plural(one.sentences, "sentence"),
    one.unaligned > 0 ? unalignedLink({ document: one.id }, `${count(one.unaligned)} without`) : null,
    one.relation ? tag(one.relation) : null,
    one.foreign > 0 ? alarm(`${plural(one.foreign, "sentence")} in another language`) : null);
}

/** What the bars tell, and how many sentences of every language have no counterpart. */
function unalignedInAll() {
  const inAll = (documents) => documents.reduce((sum, one) => sum + one.unaligned, 0);
  const all = inAll(view.documents);
  const byLang = view.langs
    .map((lang) => [lang, inAll(view.documents.filter((one) => one.lang === lang))])
    .filter(([, found]) => found > 0)
    .map(([lang, found]) => `${count(found)} in ${languageName(lang)}`);
  return element("p", {},
    "The bars tell for how many of a document's sentences a counterpart was found in another language. ",
    all === 0 ? "Every sentence that this run knows of has one." : [
      unalignedLink({}, plural(all, "sentence without a counterpart", "sentences without a counterpart")),
      `: ${listed(byLang)}.`,
    ]);
}

/** A way to the list of the sentences without counterpart. */
const unalignedLink = (asked, ...content) =>
  element("a", { href: `#unaligned?${new URLSearchParams(asked)}` }, content);

const BAR = { width: 30, height: 140, above: 20, below: 26 };

/** Records of a lower p are doubtful. */
const DOUBTFUL = 0.7;

/** How many records have which p: as bars, and as a table for who asks. */
function histogram() {
  const bins = view.p.length;
  const known = view.p.reduce((sum, one) => sum + one, 0);
  if (known === 0) return element("p", { class: "muted" }, "No record has a probability.");
  const doubtful = view.p.slice(0, Math.round(DOUBTFUL * bins)).reduce((sum, one) => sum + one, 0);
  const range = (bin) => [bin, bin + 1].map((one) => (one / bins).toFixed(2)).join("–");
  const below = `${plural(doubtful, "record")} below ${DOUBTFUL}`;
  return element("figure", { class: "histogram" },
    bars(range, `Distribution of p over ${plural(known, "record")}; ${count(doubtful)} below ${DOUBTFUL}.`),
    element("figcaption", { class: "small" }, "How many records there are of each p. ",
      doubtful > 0 ? element("a", { href: `#records?max=${DOUBTFUL}&sort=doubt` }, below)
        : `None lies below ${DOUBTFUL}.`),
    stepsOfP("the probability that both sides of a record say the same"),
    element("details", {}, element("summary", {}, "As numbers"),
      table({ class: "plain" }, ["p", "records"], view.p.map((found, bin) => [range(bin), count(found)]))));
}

/** What the coloured numbers mean. */
function stepsOfP(meaning) {
  const limits = [0, ...STEPS, 1];
  const step = (from, number) =>
    element("span", { class: "p", style: { "--colour": pColour(from) } }, `${from}–${limits[number + 1]}`);
  return element("p", { class: "small muted", "data-legend": "p" },
    `A number on colour is p: ${meaning}, from 0 (no) to 1 (certain). `,
    limits.slice(0, -1).map((from, number) => [step(from, number), " "]));
}

function bars(range, label) {
  const { width, height, above, below } = BAR;
  const bins = view.p.length;
  const most = Math.max(...view.p);
  const bar = (found, bin) => {
    const tall = found === 0 ? 0 : Math.max(2, (found / most) * height);
    const top = above + height - tall;
    const fill = pColour((bin + 0.5) / bins);
    return svg("g", {},
      svg("title", {}, `p ${range(bin)}: ${plural(found, "record")}`),
      svg("rect", { x: bin * width + 2, y: top, width: width - 4, height: tall, rx: 2, fill }),
      found === 0 ? null : svg("text", { x: (bin + 0.5) * width, y: top - 6 }, count(found)));
  };
  const tick = (p) => {
    const x = Math.min(Math.max(p * width * bins, 10), width * bins - 10);
    return svg("text", { x, y: above + height + 18 }, String(p));
  };
  const base = above + height + 0.5;
  const viewBox = `0 0 ${width * bins} ${above + height + below}`;
  return svg("svg", { viewBox, role: "img", "aria-label": label },
    svg("line", { x1: 0, x2: width * bins, y1: base, y2: base, class: "axis" }),
    view.p.map(bar), [0, 0.25, 0.5, 0.75, 1].map(tick));
}

/** Relations, types and flags of the records, each a way to the records themselves. */
const kinds = () =>
  element("div", { class: "columns" },
    tally("What the two sides say", view.relations, "relation", toldRelation),
    tally("How many sentences stand on each side", view.beads, "bead", kindInWords),
    tally("What looks suspicious", view.flags, "flag", spaced));

function tally(title, counted, filter, told) {
  if (counted.length === 0) return null;
  const all = counted.reduce((sum, [, found]) => sum + found, 0);
  const link = (name) => element("a", { href: `#records?${new URLSearchParams({ [filter]: name })}` }, told(name));
  return element("section", {},
    element("h3", {}, title),
    element("ul", {}, counted.map(([name, found]) => element("li", {}, meter(found / all, link(name), count(found))))));
}
