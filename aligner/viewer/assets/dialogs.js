"use strict";
/* What the review asks in a dialog: a note, and what to export. */

function writeNote({ stop, bead }) {
  const area = element("textarea", { id: "note-text", rows: 4, maxlength: 2000 });
  area.value = bead?.note ?? "";
  const save = (event) => {
    event.preventDefault();
    dialog.close();
    send({ action: "note", key: stop.key, note: area.value.trim() }, "Note saved");
  };
  const dialog = openDialog(
    "note-dialog",
    "Note",
    element(
      "form",
      { onsubmit: save },
      element("label", { for: "note-text" }, "What should be known of this:"),
      area,
      element(
        "p",
        { class: "buttons" },
        element("button", { type: "submit", id: "note-save" }, "Save"),
        closeButton("Cancel"),
      ),
    ),
  );
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(event);
  });
  area.focus();
}

async function showExport() {
  let formats;
  try {
    formats = await (await fetch("api/formats", { credentials: "same-origin" })).json();
  } catch {
    return tell("failure", "The server did not tell its formats. Is align review still running?");
  }
  const row = (href, name, what) =>
    element("li", {}, element("a", { href, download: true }, name), " ", element("span", { class: "hint" }, what));
  openDialog(
    "export-dialog",
    "Export",
    element("p", {}, "The records of all pairs, as decided:"),
    element(
      "ul",
      { class: "formats" },
      formats.map(([suffix, what]) => row(`api/export?format=${encodeURIComponent(suffix)}`, suffix, what)),
    ),
    element("p", {}, "What was decided, to be used again by align:"),
    element(
      "ul",
      { class: "formats" },
      row("api/decisions", "decisions.tsv", "all decisions, found again in changed texts"),
    ),
    element("p", { class: "buttons" }, closeButton("Close")),
  );
  return undefined;
}

const closeButton = (label) =>
  element("button", { type: "button", onclick: (event) => event.target.closest("dialog").close() }, label);

/** Opens a dialog that is gone once it is closed; the focus goes back to where it was. */
function openDialog(id, title, ...children) {
  const back = document.activeElement;
  const dialog = element(
    "dialog",
    { id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, title),
    children,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (back?.isConnected) back.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
