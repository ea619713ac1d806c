"use strict";
/* Going about in a pair by the keyboard, and what the window tells of it. */

const inPair = () => Boolean(openPair?.node.isConnected);

/** The texts in which the keys go about now: of a pair, or of the queue. */
const textsAtHand = () => (inPair() ? openPair.texts : isDeskOpen() ? desk.texts : null);

function inTexts() {
  const texts = textsAtHand();
  const { activeElement } = document;
  return texts !== null && (texts.node.contains(activeElement) || (activeElement === document.body && texts.selected));
}

const onPiece = () => inTexts() && document.activeElement.matches(".piece");

function moved({ shiftKey }, by) {
  if (shiftKey && isDeskOpen()) perform(actionOf(by < 0 ? "move-back" : "move-on"));
  else textsAtHand().stepPiece(by, shiftKey);
}

function goToPair(by) {
  const next = beside(openPair.model.number, by);
  if (next === null) announce("There is no further pair");
  else go(`#pair/${next}`);
}

function chooseHere() {
  const texts = textsAtHand();
  const node = document.activeElement;
  const wasChosen = texts.selected?.key === node.dataset.key;
  texts.select(stopAt(node), { focus: true });
  texts.reveal();
  if (wasChosen) document.getElementById("details").focus({ preventScroll: true });
}

function backOut() {
  if (stopLinking()) return;
  const panel = document.getElementById("details");
  const { selected } = textsAtHand();
  if (selected && panel.contains(document.activeElement))
    textsAtHand().nodeOf(selected)?.focus({ preventScroll: true });
  else go("#overview");
}

const isFiltered = () => inPair() && openPair.filters.isOn;

keys.register(
  { key: "j", what: "Next record", when: inPair, run: () => openPair.stepRecord(1) },
  { key: "k", what: "Previous record", when: inPair, run: () => openPair.stepRecord(-1) },
  {
    key: "ArrowDown", what: "Next segment of this text, aligned or not", when: inTexts,
    run: (event) => moved(event, 1),
  },
  { key: "ArrowUp", what: "Previous segment of this text", when: inTexts, run: (event) => moved(event, -1) },
  { key: "J", what: "Choose the next sentence, too", when: inTexts, run: () => textsAtHand().stepPiece(1, true) },
  { key: "K", what: "Choose the previous sentence, too", when: inTexts, run: () => textsAtHand().stepPiece(-1, true) },
  { key: "ArrowLeft", what: "The text on the left", when: inTexts, run: () => textsAtHand().cross("source") },
  { key: "ArrowRight", what: "The text on the right", when: inTexts, run: () => textsAtHand().cross("target") },
  { key: "Enter", what: "Choose and show the counterpart; again: the details", when: onPiece, run: chooseHere },
  { key: " ", what: "Choose", when: onPiece, run: chooseHere },
  { key: "Escape", what: "Back: to the text, to the overview", when: () => inPair() || isDeskOpen(), run: backOut },
  { key: "[", what: "Previous pair", when: inPair, run: () => goToPair(-1) },
  { key: "]", what: "Next pair", when: inPair, run: () => goToPair(1) },
  { key: "f", what: "Search this pair", when: inPair, run: () => document.getElementById("pair-search").focus() },
  { key: "n", what: "Next match", when: () => isFiltered() && !isReview(), run: () => openPair.stepMatch(1) },
  { key: "p", what: "Previous match", when: isFiltered, run: () => openPair.stepMatch(-1) },
  { key: "N", what: "Next match", when: isFiltered, run: () => openPair.stepMatch(1) },
  { key: "P", what: "Previous match", when: isFiltered, run: () => openPair.stepMatch(-1) },
);

const follow = () => { if (inPair()) openPair.follow(); };
addEventListener("scroll", follow, { passive: true });
addEventListener("resize", follow);
addEventListener("beforeprint", () => textsAtHand()?.whole());
STACKED.addEventListener("change", () => textsAtHand()?.update(textsAtHand().model, { anew: true }));

/* A canvas does not take new colours by itself. */
const redrawPlot = () => openPair?.plot.draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawPlot);
new MutationObserver(redrawPlot).observe(document.documentElement, { attributeFilter: ["data-theme"] });
