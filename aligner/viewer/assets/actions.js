"use strict";
/* What a person decides: each action goes to the server at once, with the version of the pair that was seen. */

/** Where decisions are made now, a pair or the queue: `{node, model, texts, changed(model, {anew}), decided(action)}`. */
let desk = null;

const isDeskOpen = () => isReview() && Boolean(desk?.node.isConnected);

/** What can be done to what is chosen. `fits` tells whether it can, `body` what is sent, or `run` does it. */
const ACTIONS = [
  {
    id: "accept", key: "a", sign: "✓", label: "Accept",
    what: "Accept: these belong together, even where they contradict each other; a lone sentence has no counterpart",
    fits: ({ stop }) => stop,
    body: ({ stop }) => ({ action: "accept", key: stop.key }),
    done: "Accepted",
  },
  {
    id: "reject", key: "x", sign: "✗", label: "Reject",
    what: "Reject: these do not belong together",
    fits: ({ bead }) => isRecord(bead),
    body: ({ stop }) => ({ action: "reject", key: stop.key }),
    done: "Rejected",
  },
  {
    id: "clear", key: "c", sign: "○", label: "Undecide",
    what: "Take the decision back, whenever it was made",
    fits: ({ bead }) => bead?.decision,
    body: ({ stop }) => ({ action: "clear", key: stop.key }),
    done: "Undecided again",
  },
  {
    id: "split", key: "s", sign: "✂", label: "Split",
    what: "Split before the chosen sentence, or where the lengths agree best",
    fits: ({ bead }) => isRecord(bead) && bead.source.length + bead.target.length > 2,
    body: ({ stop: { key, side, sentence }, bead }) =>
      ({ action: "split", key, ...(bead[side].indexOf(sentence) > 0 && { side, sentence }) }),
    done: "Split",
  },
  {
    id: "merge", key: "m", sign: "⊕", label: "Merge",
    what: "Merge with the next record",
    fits: ({ bead, model }) => isRecord(bead) && model.records[bead.place + 1],
    body: ({ bead, model }) => ({ action: "merge", keys: [bead.key, model.records[bead.place + 1].key] }),
    done: "Merged",
  },
  moving("move-back", "<", "↥", "previous", "↑", -1),
  moving("move-on", ">", "↧", "next", "↓", 1),
  {
    id: "unlink", key: "d", sign: "⊖", label: "Take out",
    what: "Take the chosen sentence out of its record",
    fits: ({ bead }) => isRecord(bead),
    body: ({ stop: { side, sentence } }) => ({ action: "unlink", side, sentence }),
    done: "Taken out",
  },
  {
    id: "link", key: "l", sign: "↔", label: "Link",
    what: "Link: first on the sentences of one side, then on those of the other",
    fits: ({ stop }) => stop,
    run: linkChosen,
  },
  {
    id: "alone", key: "o", sign: "◌", label: "Alone",
    what: "The chosen sentence has no counterpart",
    fits: ({ stop }) => stop,
    body: ({ stop: { side, sentence } }) => ({ action: "alone", side, sentence }),
    done: "Decided: no counterpart",
  },
  {
    id: "note", key: "n", sign: "✎", label: "Note",
    what: "Write a note",
    fits: ({ stop, bead }) => stop && bead?.state !== "related",
    run: writeNote,
  },
  {
    id: "undo", key: "u", sign: "↶", label: "Undo",
    what: "Undo the last action on this pair (also Ctrl+Z)",
    fits: ({ model }) => model?.data.undo || desk.trail?.length,
    run: undo,
  },
  {
    id: "redo", key: "U", sign: "↷", label: "Redo",
    what: "Redo what was undone (also Ctrl+Shift+Z)",
    fits: ({ model }) => model?.data.redo,
    body: () => ({ action: "redo" }),
    done: "Done again",
  },
  {
    id: "realign", key: "r", sign: "⟳", label: "Realign",
    what: "Align this pair anew around what was decided",
    fits: ({ model }) => model,
    body: () => ({ action: "realign" }),
    done: "Aligned anew around your decisions",
  },
  {
    id: "export", key: "e", sign: "⤓", label: "Export…",
    what: "Download the records as decided, or the decisions",
    fits: () => true,
    run: showExport,
  },
];

/** The action that moves a sentence to the record before or after. */
function moving(id, key, sign, which, arrow, by) {
  return {
    id, key, sign, label: `To ${which}`,
    what: `Move the chosen sentence to the ${which} record (also Shift+${arrow})`,
    fits: ({ stop, model }) => stop && besideOf(model, stop, by),
    body: ({ stop, model }) =>
      ({ action: "move", side: stop.side, sentence: stop.sentence, key: besideOf(model, stop, by).key }),
    done: `Moved to the ${which} record`,
  };
}

/** What an action is told: what is chosen, and between which texts. */
function atHand() {
  const { model, texts } = desk;
  return { model, stop: texts.selected, bead: model?.beads.get(texts.selected?.key) ?? null };
}

/** The record before (-1) or after (1) what is chosen, on its side. */
function besideOf(model, { side, sentence, key }, by) {
  const { held, sentences } = model.sides[SIDES.indexOf(side)];
  for (let next = sentence + by; next >= 0 && next < sentences.length; next += by) {
    const found = held.get(next)?.find((bead) => bead.key !== key);
    if (found) return found;
  }
  return null;
}

/* Doing it. */

const actionOf = (name) => ACTIONS.find(({ id }) => id === name);

function perform(action) {
  if (isBusy) return announce("Still saving the last action");
  const now = atHand();
  if (!action.fits(now)) return announce(`${action.label}: not possible here`);
  return action.run ? action.run(now) : send(action.body(now), action.done);
}

/** Undo: the queue shows the pair of the last action again first. */
async function undo() {
  await desk.beforeUndo?.();
  return desk.model.data.undo ? send({ action: "undo" }, "Undone") : announce("Nothing to undo on this pair");
}

/** Link: remembers what is chosen on one side, and links it with what is chosen on the other. */
function linkChosen({ model, stop }) {
  const { texts } = desk;
  const [first] = texts.linking;
  if (!first || first.side === stop.side) return beginLink(model, stop);
  const held = model.beads.get(stop.key);
  if (isRecord(held) && texts.linking.length === 1) {
    const { side, sentence } = first;
    return send({ action: "move", side, sentence, key: held.key }, "Linked: the sentence joined the record");
  }
  const sentences = (stops) => stops.map(({ sentence }) => sentence);
  const sides = { [first.side]: sentences(texts.linking), [stop.side]: sentences(texts.marked) };
  return send({ action: "link", ...sides }, "Linked");
}

function beginLink({ sides }, { side }) {
  const { texts } = desk;
  texts.linking = texts.marked;
  texts.paintChoice();
  const other = languageName(sides[1 - SIDES.indexOf(side)].lang);
  const told = `Linking ${plural(texts.marked.length, "sentence")}: now choose the ${other} sentences `
    + "(Shift+click for more), and press l again. Escape: not at all.";
  tell("hint", told);
  announce(told);
}

/** Gives up a link that was begun; true if there was one. */
function stopLinking() {
  if (!desk?.texts.linking.length) return false;
  desk.texts.linking = [];
  desk.texts.paintChoice();
  tell("", "");
  announce("Link given up");
  return true;
}

/* The buttons. */

/** The bar of all actions, and the line that says what went wrong. */
function decisionBar() {
  const message = element("p", { class: "message", id: "review-message", role: "alert" });
  const relations = Object.keys(SEGMENT_RELATIONS).filter((name) => name !== "related");
  const bar = element("div", { class: "decisions", role: "toolbar", "aria-label": "Decisions" },
    ACTIONS.map(actionButton),
    element("label", { class: "relation-choice" }, "Relation ", keyCap("t"), " ",
      dropdown({ id: "do-relation", title: "What the two sides say of each other (t)", onchange: relate },
        [["", "as measured"], ...relations.map((name) => [name, toldRelation(name)])])));
  return { bar, message, dock: element("div", { class: "dock" }, message, bar) };
}

const keyCap = (key) => element("kbd", { "aria-hidden": "true" }, key);

const actionButton = (action) =>
  button({
    id: `do-${action.id}`, "data-action": action.id, title: `${action.what} (${action.key})`,
    "aria-keyshortcuts": action.key, onclick: () => perform(action),
  },
    element("span", { "aria-hidden": "true" }, action.sign), " ", action.label, " ", keyCap(action.key));

/** Opens the list of relations: else the first arrow key would choose at once. */
function chooseRelation() {
  const relation = desk.bar.querySelector("#do-relation");
  if (relation.disabled) return announce("Relation: not possible here");
  relation.focus();
  return relation.showPicker?.();
}

function relate({ target }) {
  const { bead, stop } = atHand();
  desk.texts.nodeOf(stop)?.focus({ preventScroll: true });
  if (isRecord(bead) && !isBusy) send({ action: "relation", key: bead.key, relation: target.value }, "Relation saved");
}

/** Shows which actions can be done to what is chosen. */
function refreshBar() {
  if (!desk) return;
  const now = atHand();
  for (const node of desk.bar.querySelectorAll("[data-action]"))
    node.setAttribute("aria-disabled", String(isBusy || !actionOf(node.dataset.action).fits(now)));
  const relation = desk.bar.querySelector("#do-relation");
  relation.disabled = isBusy || !isRecord(now.bead);
  relation.value = isRecord(now.bead) ? now.bead.relation : "";
}

keys.register(
  ...ACTIONS.map((action) => ({ key: action.key, what: action.what, when: isDeskOpen, run: () => perform(action) })),
  {
    key: "t", what: "Say what the two sides say of each other", when: isDeskOpen,
    run: chooseRelation,
  },
);

addEventListener("keydown", (event) => {
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  if (!isUndo || !isDeskOpen() || event.target.closest?.("input, textarea")) return;
  event.preventDefault();
  perform(actionOf(event.shiftKey ? "redo" : "undo"));
});
