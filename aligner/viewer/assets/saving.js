"use strict";
/* Decisions on their way to the server, and what comes back; nothing counts as saved before it says so. */

let isBusy = false;

const NOT_SAVED =
  "NOT saved: the server did not answer. Is align review still running? What you see is what was saved last; try again.";

const DECIDED_MEANWHILE =
  "Not done: somebody else decided on this pair meanwhile, perhaps you in another window. Nothing was overwritten. " +
  "What you see now is the present state; decide again if you still want to.";

/** Sends an action; true if it is saved. */
async function send(body, done) {
  const sender = desk;
  setBusy(sender, true);
  try {
    const { status, told } = await posted(sender.model, body);
    if (status === 200) {
      sender.texts.linking = [];
      await takeOver(sender, told, { anew: body.action === "realign" });
      tell("", "");
      announce(done);
      freshen();
      await sender.decided?.(body);
    } else if (status === 409) {
      await takeOver(sender, told.pair, { anew: true });
      tell("conflict", DECIDED_MEANWHILE);
    } else {
      tell("failure", status === 0 ? NOT_SAVED : `Not done: ${told.error ?? `the server answered ${status}`}`);
    }
    return status === 200;
  } finally {
    setBusy(sender, false);
  }
}

/** What the server says to an action: `{status, told}`; the status is 0 if it says nothing. */
async function posted({ number, data }, body) {
  let answer;
  try {
    answer = await fetch(`api/pairs/${number}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ version: data.version, ...body }),
    });
    return { status: answer.status, told: await answer.json() };
  } catch (error) {
    console.error(error);
    return { status: answer && !answer.ok ? answer.status : 0, told: {} };
  }
}

/** Shows what became of a pair. */
async function takeOver(sender, data, how) {
  const { number, row } = sender.model;
  remember("pair", number, data);
  const documents = await Promise.all([load("document", row.source), load("document", row.target)]);
  sender.changed(modelOf(number, data, documents), how);
}

let freshening = 0;

/** Has the overview count anew, once no more is decided for a moment. */
function freshen() {
  clearTimeout(freshening);
  freshening = setTimeout(async () => {
    try {
      const answer = await fetch("api/view", { credentials: "same-origin" });
      if (answer.ok) Object.assign(view, await answer.json());
    } catch {
      /* It counts at the next decision. */
    }
  }, 1000);
}

function setBusy(sender, on) {
  isBusy = on;
  sender.bar.setAttribute("aria-busy", String(on));
  refreshBar();
}

/** Says beside the buttons what went wrong; an empty text takes it away. */
function tell(kind, text) {
  desk.message.className = `message ${kind}`;
  desk.message.textContent = text;
}
