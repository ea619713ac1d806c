"use strict";
/* What a person decides: each action goes to the server at once, with the version of the pair that was seen. */

/** Where decisions are made now: `{node, model, texts, changed(model, {anew}), decided(action)}`; a pair, or the queue. */
let desk = null;

const isReview = () => view.mode === "review";
const isDeskOpen = () => isReview() && Boolean(desk?.node.isConnected);
const chosenBead = () => desk?.model?.beads.get(desk.texts.selected?.key) ?? null;

/** What can be done to what is chosen. `fits` tells whether it can, `body` what is sent. */
const ACTIONS = [
  {
    id: "accept",
    key: "a",
    sign: "✓",
    label: "Accept",
    what: "Accept: it stands as it is",
    fits: ({ stop }) => stop,
    body: ({ stop }) => ({ action: "accept", key: stop.key }),
    done: "Accepted",
  },
  {
    id: "reject",
    key: "x",
    sign: "✗",
    label: "Reject",
    what: "Reject: these do not belong together",
    fits: ({ bead }) => bead?.state === "record",
    body: ({ stop }) => ({ action: "reject", key: stop.key }),
    done: "Rejected",
  },
  {
    id: "clear",
    key: "c",
    sign: "○",
    label: "Undecide",
    what: "Take the decision back, whenever it was made",
    fits: ({ bead }) => bead?.decision,
    body: ({ stop }) => ({ action: "clear", key: stop.key }),
    done: "Undecided again",
  },
  {
    id: "split",
    key: "s",
    sign: "✂",
    label: "Split",
    what: "Split before the chosen sentence, or where the lengths agree best",
    fits: ({ bead }) => bead?.state === "record" && bead.source.length + bead.target.length > 2,
    body: ({ stop, bead }) => ({
      action: "split",
      key: stop.key,
      ...(bead[stop.side].indexOf(stop.sentence) > 0 ? { side: stop.side, sentence: stop.sentence } : {}),
    }),
    done: "Split",
  },
  {
    id: "merge",
    key: "m",
    sign: "⊕",
    label: "Merge",
    what: "Merge with the next record",
    fits: ({ bead, model }) => bead?.state === "record" && model.records[bead.place + 1],
    body: ({ bead, model }) => ({ action: "merge", keys: [bead.key, model.records[bead.place + 1].key] }),
    done: "Merged",
  },
  {
    id: "move-back",
    key: "<",
    sign: "↥",
    label: "To previous",
    what: "Move the chosen sentence to the previous record (also Shift+↑)",
    fits: ({ stop, model }) => stop && besideOf(model, stop, -1),
    body: ({ stop, model }) => ({
      action: "move",
      side: stop.side,
      sentence: stop.sentence,
      key: besideOf(model, stop, -1).key,
    }),
    done: "Moved to the previous record",
  },
  {
    id: "move-on",
    key: ">",
    sign: "↧",
    label: "To next",
    what: "Move the chosen sentence to the next record (also Shift+↓)",
    fits: ({ stop, model }) => stop && besideOf(model, stop, 1),
    body: ({ stop, model }) => ({
      action: "move",
      side: stop.side,
      sentence: stop.sentence,
      key: besideOf(model, stop, 1).key,
    }),
    done: "Moved to the next record",
  },
  {
    id: "unlink",
    key: "d",
    sign: "⊖",
    label: "Take out",
    what: "Take the chosen sentence out of its record",
    fits: ({ bead }) => bead?.state === "record",
    body: ({ stop }) => ({ action: "unlink", side: stop.side, sentence: stop.sentence }),
    done: "Taken out",
  },
  {
    id: "link",
    key: "l",
    sign: "↔",
    label: "Link",
    what: "Link: first on the sentences of one side, then on those of the other",
    fits: ({ stop }) => stop,
    run: linkChosen,
  },
  {
    id: "alone",
    key: "o",
    sign: "◌",
    label: "Alone",
    what: "The chosen sentence has no counterpart",
    fits: ({ stop }) => stop,
    body: ({ stop }) => ({ action: "alone", side: stop.side, sentence: stop.sentence }),
    done: "Decided: no counterpart",
  },
  {
    id: "note",
    key: "n",
    sign: "✎",
    label: "Note",
    what: "Write a note",
    fits: ({ stop, bead }) => stop && bead?.state !== "related",
    run: writeNote,
  },
  {
    id: "undo",
    key: "u",
    sign: "↶",
    label: "Undo",
    what: "Undo the last action on this pair",
    fits: ({ model }) => model?.data.undo || desk.trail?.length,
    run: undo,
  },
  {
    id: "redo",
    key: "U",
    sign: "↷",
    label: "Redo",
    what: "Redo what was undone (also Ctrl+Shift+Z)",
    fits: ({ model }) => model?.data.redo,
    body: () => ({ action: "redo" }),
    done: "Done again",
  },
  {
    id: "realign",
    key: "r",
    sign: "⟳",
    label: "Realign",
    what: "Align this pair anew around what was decided",
    fits: ({ model }) => model,
    body: () => ({ action: "realign" }),
    done: "Aligned anew around your decisions",
  },
  {
    id: "export",
    key: "e",
    sign: "⤓",
    label: "Export…",
    what: "Download the records as decided, or the decisions",
    fits: () => true,
    run: showExport,
  },
];

/** What an action is told: what is chosen, and between which texts. */
const atHand = () => ({ stop: desk.texts.selected, bead: chosenBead(), model: desk.model });

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

function perform(action) {
  if (!desk) return undefined;
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
  const sentences = texts.marked.map(({ sentence }) => sentence);
  const [first] = texts.linking;
  if (!first || first.side === stop.side) {
    texts.linking = texts.marked;
    texts.paintChoice();
    const other = model.sides[1 - SIDES.indexOf(stop.side)];
    const told = `Linking ${plural(sentences.length, "sentence")}: now choose the ${languageName(other.lang)} sentences (Shift+click for more), and press l again. Escape: not at all.`;
    tell("hint", told);
    return announce(told);
  }
  const sides = { [first.side]: texts.linking.map(({ sentence }) => sentence), [stop.side]: sentences };
  const held = model.beads.get(stop.key);
  if (held?.state === "record" && texts.linking.length === 1) {
    return send(
      { action: "move", side: first.side, sentence: first.sentence, key: held.key },
      "Linked: the sentence joined the record",
    );
  }
  return send({ action: "link", ...sides }, "Linked");
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
  const relation = element(
    "select",
    { id: "do-relation", title: "What the two sides say of each other (t)", onchange: () => relate(relation) },
    element("option", { value: "" }, "as measured"),
    Object.entries(SEGMENT_RELATIONS)
      .filter(([name]) => name !== "related")
      .map(([name, what]) => element("option", { value: name }, what)),
  );
  const bar = element(
    "div",
    { class: "decisions", role: "toolbar", "aria-label": "Decisions" },
    ACTIONS.map((action) =>
      element(
        "button",
        {
          type: "button",
          id: `do-${action.id}`,
          "data-action": action.id,
          title: `${action.what} (${action.key})`,
          "aria-keyshortcuts": action.key,
          onclick: () => perform(action),
        },
        element("span", { class: "sign", "aria-hidden": "true" }, action.sign),
        " ",
        action.label,
        " ",
        element("kbd", { "aria-hidden": "true" }, action.key),
      ),
    ),
    element(
      "label",
      { class: "relation-choice" },
      "Relation ",
      element("kbd", { "aria-hidden": "true" }, "t"),
      " ",
      relation,
    ),
  );
  return { bar, message };
}

function relate(select) {
  const bead = chosenBead();
  desk.texts.nodeOf(desk.texts.selected)?.focus({ preventScroll: true });
  if (bead?.state === "record" && !isBusy)
    send({ action: "relation", key: bead.key, relation: select.value }, "Relation saved");
}

/** Shows which actions can be done to what is chosen. */
function refreshBar() {
  if (!desk) return;
  const now = atHand();
  for (const button of desk.bar.querySelectorAll("[data-action]")) {
    const action = ACTIONS.find(({ id }) => id === button.dataset.action);
    button.setAttribute("aria-disabled", String(isBusy || !action.fits(now)));
  }
  const relation = desk.bar.querySelector("#do-relation");
  relation.disabled = isBusy || now.bead?.state !== "record";
  relation.value = now.bead?.state === "record" ? now.bead.relation : "";
}

keys.register(
  ...ACTIONS.map((action) => ({ key: action.key, what: action.what, when: isDeskOpen, run: () => perform(action) })),
  {
    key: "t",
    what: "Say what the two sides say of each other",
    when: isDeskOpen,
    run: () => desk.bar.querySelector("#do-relation").focus(),
  },
);

addEventListener("keydown", (event) => {
  if (
    !isDeskOpen() ||
    event.key.toLowerCase() !== "z" ||
    !(event.ctrlKey || event.metaKey) ||
    event.target.closest?.("input, textarea")
  )
    return;
  event.preventDefault();
  perform(ACTIONS.find(({ id }) => id === (event.shiftKey ? "redo" : "undo")));
});
