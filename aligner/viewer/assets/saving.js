"use strict";
/* Decisions on their way to the server, and what comes back; nothing counts as saved before it says so. */

let isBusy = false;

const DECIDED_MEANWHILE =
  "Not done: somebody else decided on this pair meanwhile, perhaps you in another window. Nothing was overwritten. " +
  "What you see now is the present state; decide again if you still want to.";

/** Sends an action; true if it is saved. */
async function send(body, done) {
  const sender = desk;
  setBusy(sender, true);
  try {
    const told = await posted(sender.model, body).catch((error) => refused(sender, error));
    if (!told) return false;
    sender.texts.linking = [];
    await takeOver(sender, told, { anew: body.action === "realign" });
    tell("", "");
    announce(done);
    freshen();
    await sender.decided?.(body);
    return true;
  } finally {
    setBusy(sender, false);
  }
}

/** Says why nothing was saved; what somebody else saved meanwhile is shown. */
async function refused(sender, { status, told, message }) {
  if (status !== 409) return tell("failure", `Not saved: ${message}`);
  await takeOver(sender, told.pair, { anew: true });
  return tell("conflict", DECIDED_MEANWHILE);
}

/** What the server says to an action. */
const posted = ({ number, data }, body) =>
  asked(`api/pairs/${number}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ version: data.version, ...body }),
  });

/** Shows what became of a pair. */
async function takeOver(sender, data, how) {
  const { number } = sender.model;
  remember("pair", number, data);
  sender.changed(await loadModel(number), how);
}

let freshening = 0;

/** Has the overview count anew, once no more is decided for a moment. */
function freshen() {
  clearTimeout(freshening);
  freshening = setTimeout(async () => {
    try {
      Object.assign(view, await asked("api/view"));
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
