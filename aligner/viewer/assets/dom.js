"use strict";
/* What all views are made of: elements, pieces of text, numbers in words, and what a view hangs itself on. */

/** The views: a name, as in `#pair/4/120-240:98-160`, to `async (arguments, query) => Node`; the node fills <main>.
 *  Once it stands there it gets an event "shown"; who calls preventDefault on that looks after focus and scrolling. */
const routes = {};

/** The keyboard: `register({key, what, when, run})`. `key` is KeyboardEvent.key, or two after each other as in "g o";
 *  `what` stands in the help, `when() => boolean` tells whether it counts now (left out: always), `run(event)` does
 *  it. */
const keys = { bindings: [], register(...bindings) { this.bindings.push(...bindings); } };

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. Attributes: functions are listeners ("onclick"), `style` is an object of properties, what is null
 *  or false is left out, true is empty. Children are nodes and texts, in lists of any depth. Text is only text. */
const element = (tag, attributes = {}, ...children) => furnish(document.createElement(tag), attributes, children);

/** The same, of SVG. */
const svg = (tag, attributes = {}, ...children) => furnish(document.createElementNS(SVG, tag), attributes, children);

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, worth] of Object.entries(value)) node.style.setProperty(key, worth);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

/** The same node with other children. */
function refill(node, ...children) {
  node.replaceChildren();
  return furnish(node, {}, children);
}

/** A button that sends no form. */
const button = (attributes, ...children) => element("button", { type: "button", ...attributes }, children);

/** A choice of `[value, text]`, of which the one with the value `chosen` is made. */
function dropdown(attributes, choices, chosen = "") {
  const node = element("select", attributes, choices.map(([value, text]) => element("option", { value }, text)));
  node.value = chosen;
  return node;
}

/** Opens a dialog that is gone once it is closed; the browser gives the focus back to where it was. */
function openDialog(id, title, ...children) {
  const dialog = element("dialog", { id, "aria-labelledby": `${id}-title`, onclose: () => dialog.remove() },
    element("h2", { id: `${id}-title` }, title), children);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Closes the dialog in which it stands. */
const closeButton = (label, attributes = {}) =>
  button({ ...attributes, onclick: ({ target }) => target.closest("dialog").close() }, label);

/** A small mark with a word in it. */
const tag = (...words) => element("span", { class: "tag" }, words);

/** The same of what needs an eye. */
const alarm = (...words) => element("span", { class: "tag warn" }, words);

/** A link that is the row's: `j` and `k` go from one to the next. */
const rowLink = (href, ...children) => element("a", { href, "data-row": true }, children);

/** A table of rows; the first cell of each is its header. */
const table = (attributes, heads, rows) =>
  element("table", attributes,
    element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, rows.map(([head, ...cells]) =>
      element("tr", {}, element("th", { scope: "row" }, head), cells.map((cell) => element("td", {}, cell))))));

/** What is wider than the window, to be scrolled by itself, with the keyboard too. */
const scrolling = (label, name, ...children) =>
  element("div", { class: `scroll ${name}`, tabindex: "0", role: "region", "aria-label": label }, children);

/** Puts a text in the polite live region, so that a screen reader tells it. */
function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** Whether somebody went on to where the page goes now, by a link or a key; else it is back or forward. */
let wentOn = false;

/** Goes to another place of the page, as in `go("#pair/4")`. */
function go(hash) {
  wentOn = location.hash !== hash;
  location.hash = hash;
}

/** Tells in the address where one is, without drawing anew. */
function settle(hash) {
  history.replaceState(history.state, "", hash);
}

let settling = 0;

/** The same, once nothing else was told for a moment: browsers take only so many. */
function settleSoon(hash) {
  clearTimeout(settling);
  const from = location.hash.split("?")[0].split("/")[0];
  settling = setTimeout(() => { if (location.hash.startsWith(from)) settle(hash); }, 250);
}

/** What a function gives, asked once. */
function remembered(make) {
  let made;
  return () => (made ??= make());
}

/* Searching. */

/** A text as it is searched: without case and accents. */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const wordsOf = (query) => folded(query).split(/\s+/).filter(Boolean);

/** Whether what has a `folded` text holds every word of a query. */
function holding(query) {
  const words = wordsOf(query);
  return ({ folded: text }) => words.every((word) => text.includes(word));
}

/** Where the words of a query stand in a text, however they are written: `[start, end]` in UTF-16. */
function hitsIn(text, query) {
  const origins = [];
  let plain = "";
  let at = 0;
  for (const letter of text) {
    plain += folded(letter);
    while (origins.length < plain.length) origins.push(at);
    at += letter.length;
  }
  origins.push(at);
  const found = [];
  for (const word of wordsOf(query)) {
    for (let hit = plain.indexOf(word); hit >= 0; hit = plain.indexOf(word, hit + word.length))
      found.push([origins[hit], origins[hit + word.length]]);
  }
  return found;
}

/* Pieces of text: all offsets count code points, those of JavaScript count UTF-16. */

const offsetsOf = new Map();

/** Where each code point of a text begins in UTF-16; null where they are the same. */
function offsets(text) {
  let found = offsetsOf.get(text);
  if (found === undefined) {
    found = /[\ud800-\udbff][\udc00-\udfff]/.test(text) ? measured(text) : null;
    offsetsOf.set(text, found);
  }
  return found;
}

function measured(text) {
  const starts = new Uint32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at) > 0xffff ? 2 : 1) starts[count++] = at;
  starts[count++] = text.length;
  return starts.subarray(0, count);
}

/** The piece of a text from code point `start` to before `end`. */
function cut(text, start, end) {
  const starts = offsets(text);
  if (starts === null) return text.slice(start, end);
  const last = starts.length - 1;
  return text.slice(starts[Math.min(start, last)], starts[Math.min(end, last)]);
}

/* Numbers. */

const COUNT = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

const LIST = new Intl.ListFormat("en");

/** 12345 → "12,345". */
const count = (value) => COUNT.format(value);

/** 0.42 → "42%". */
const percent = (value) => PERCENT.format(value);

/** 3, "record" → "3 records". */
const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** "a, b and c". */
const listed = (texts) => LIST.format(texts);

/* Long lists. */

const PRINTED = 2000;

/** A list whose rows are made when they come near the window, `size` at once; `build(item, index)` gives the content of a
 *  row. `reveal(index)` makes a row and gives it. A list of up to 2,000 rows is printed whole. */
function lazily(items, build, { rowHeight = "6rem", size = 40 } = {}) {
  const near = new IntersectionObserver(
    (entries) => entries.filter((one) => one.isIntersecting).forEach((one) => fill(one.target)),
    { rootMargin: "1200px" },
  );
  const chunks = Array.from({ length: Math.ceil(items.length / size) }, (_, number) => {
    const rows = Math.min(size, items.length - number * size);
    const style = { "--height": `calc(${rows} * ${rowHeight})` };
    return element("ul", { class: "chunk", "data-first": number * size, style });
  });
  chunks.forEach((chunk) => near.observe(chunk));
  const list = element("div", { class: chunks.length > 1 ? "rows long" : "rows" }, chunks);

  function fill(chunk) {
    near.unobserve(chunk);
    if (chunk.hasChildNodes()) return;
    const first = Number(chunk.dataset.first);
    const rows = items.slice(first, first + size);
    furnish(chunk, {}, rows.map((item, index) => element("li", {}, build(item, first + index))));
  }

  if (chunks.length > 0) fill(chunks[0]);
  list.reveal = (index) => {
    const chunk = chunks[Math.floor(index / size)];
    fill(chunk);
    return chunk.children[index % size];
  };
  list.whole = () => { if (items.length <= PRINTED) chunks.forEach(fill); };
  return list;
}

addEventListener("beforeprint", () => document.querySelectorAll(".rows").forEach((list) => list.whole?.()));
