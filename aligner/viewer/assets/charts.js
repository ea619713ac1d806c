"use strict";
/* The overview in bars: how much of each document was aligned, how sure the records are, of what kinds they are. */

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

function coverage(number) {
  const one = view.documents[number];
  const records = `#records?${new URLSearchParams({ document: one.id })}`;
  const name = documentName(number);
  return meter(one.coverage, one.coverage > 0 ? element("a", { href: records }, name) : name,
    plural(one.sentences, "sentence"),
    one.relation ? tag(one.relation) : null,
    one.foreign > 0 ? alarm(`${plural(one.foreign, "sentence")} in another language`) : null);
}

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
    element("figcaption", { class: "small" }, "The probability p that both sides of a record say the same. ",
      doubtful > 0 ? element("a", { href: `#records?max=${DOUBTFUL}&sort=doubt` }, below)
        : `None lies below ${DOUBTFUL}.`),
    element("details", {}, element("summary", {}, "As numbers"),
      table({ class: "plain" }, ["p", "records"], view.p.map((found, bin) => [range(bin), count(found)]))));
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
    tally("Sentences against sentences", view.beads, "bead", (name) => name.replace("-", " : ")),
    tally("Flags", view.flags, "flag", spaced));

function tally(title, counted, filter, told) {
  if (counted.length === 0) return null;
  const all = counted.reduce((sum, [, found]) => sum + found, 0);
  const link = (name) => element("a", { href: `#records?${new URLSearchParams({ [filter]: name })}` }, told(name));
  return element("section", {},
    element("h3", {}, title),
    element("ul", {}, counted.map(([name, found]) => element("li", {}, meter(found / all, link(name), count(found))))));
}
