"use strict";
/* The frame: header, views by the address, keyboard, theme. */

const VIEWS = [["overview", "Overview"], ["facts", "Facts"], ["records", "Records"], ["review", "Review"]];
const THEMES = ["system", "light", "dark"];

const mainElement = document.getElementById("main");
const searchText = document.getElementById("search-text");

/** The views that this page has, in the order of the navigation. */
const offered = VIEWS.filter(([name]) => name in routes && (name !== "review" || isReview()));

/* Views by the address. */

/** "#pair/4/k?q=x" → { name: "pair", rest: ["4", "k"], query }. */
function place(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const [name, ...rest] = path.split("/").map(decoded);
  return { name: name in routes ? name : "overview", rest, query: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How far each place was scrolled, for who comes back to it. */
const positions = new Map();
let shownHash = null;
let turn = 0;

/** Draws the view that the address names. */
async function show() {
  const mine = ++turn;
  const first = shownHash === null;
  const back = !wentOn && !first;
  wentOn = false;
  const { name, rest, query } = place(location.hash);
  let node;
  try {
    node = await routes[name](rest, query);
  } catch (error) {
    if (error.status === undefined) console.error(error);
    node = element("section", { class: "failure" },
      element("h1", {}, "This cannot be shown"),
      element("p", {}, String(error.message ?? error)));
  }
  if (mine !== turn) return;
  mainElement.replaceChildren(node);
  mainElement.dataset.view = name;
  searchText.value = name === "records" ? query.get("q") ?? "" : "";
  shownHash = location.hash;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const heading = mainElement.querySelector("h1");
  document.title = [heading?.textContent, view.title].filter(Boolean).join(" – ");
  if (!node.dispatchEvent(new Event("shown", { cancelable: true }))) return;
  scrollTo(0, back ? positions.get(location.hash) ?? 0 : 0);
  if (first || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

addEventListener("hashchange", show);
addEventListener("scroll", () => {
  if (location.hash === shownHash) positions.set(shownHash, scrollY);
}, { passive: true });
addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link) wentOn = link.hash !== location.hash;
}, { capture: true });

/* The header. */

if (!view.title) document.querySelector(".brand").textContent = "aligner";

document.getElementById("views").append(
  ...offered.map(([name, title]) => element("a", { href: `#${name}`, "data-view": name }, title)),
);

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  mainElement.focus();
});

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  go(`#records?${new URLSearchParams({ q: searchText.value })}`);
});

/* The theme: the system's unless somebody chose; kept where the browser lets us. */

const themeButton = document.getElementById("theme");

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  themeButton.textContent = { system: "◐ Auto", light: "○ Light", dark: "● Dark" }[theme];
  themeButton.setAttribute("aria-label", `Theme: ${theme}`);
  try {
    localStorage.setItem("aligner-theme", theme);
  } catch { /* Opened from disk, some browsers keep nothing. */ }
}

function keptTheme() {
  try {
    return localStorage.getItem("aligner-theme");
  } catch {
    return null;
  }
}

themeButton.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  setTheme(next);
  announce(`Theme: ${next}`);
});
setTheme(THEMES.includes(keptTheme()) ? keptTheme() : "system");

/* The keyboard: one listener; the help tells what there is. */

let before = "";

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Shift") return;
  const found = bound(`${before} ${event.key}`) ?? bound(event.key);
  before = found ? "" : event.key;
  if (!found) return;
  event.preventDefault();
  found.run(event);
});

const counts = ({ when }) => when ? when() : true;

/** What a key, or two after each other, does now. */
const bound = (key) => keys.bindings.find((one) => one.key === key && counts(one));

function showHelp() {
  const rows = keys.bindings.filter(counts)
    .map(({ key, what }) => [key.split(" ").map((one) => element("kbd", {}, one)), what]);
  openDialog("help", "Keyboard", table({}, ["Key", "What it does"], rows), closeButton("Close", { autofocus: true }));
}

document.getElementById("help-button").addEventListener("click", showHelp);

/** Moves the focus among the rows of the view, which bear the attribute `data-row`. */
function step(by) {
  const rows = [...mainElement.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement.closest("[data-row]"));
  rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))]?.focus();
}

const hasRows = () => mainElement.querySelector("[data-row]") !== null;

keys.register(
  { key: "/", what: "Search the records", run: () => { searchText.focus(); searchText.select(); } },
  { key: "?", what: "This help", run: showHelp },
  ...offered.map(([name, title], number) => ({ key: String(number + 1), what: title, run: () => go(`#${name}`) })),
  ...offered.slice(0, 3).map(([name, title]) => ({ key: `g ${name[0]}`, what: title, run: () => go(`#${name}`) })),
  { key: "j", what: "Next row", when: hasRows, run: () => step(1) },
  { key: "k", what: "Previous row", when: hasRows, run: () => step(-1) },
);

show();
