"use strict";
/* What the review asks in a dialog: a note, and what to export. */

function writeNote({ stop, bead }) {
  const save = (event) => {
    event.preventDefault();
    dialog.close();
    send({ action: "note", key: stop.key, note: area.value.trim() }, "Note saved");
  };
  const area = element("textarea", {
    id: "note-text", rows: 4, maxlength: 2000,
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(event); },
  }, bead?.note);
  const dialog = openDialog("note-dialog", "Note",
    element("form", { onsubmit: save },
      element("label", { for: "note-text" }, "What should be known of this:"), area,
      element("p", {}, element("button", { type: "submit", id: "note-save" }, "Save"), " ", closeButton("Cancel"))));
}

async function showExport() {
  let formats;
  try {
    formats = await asked("api/formats");
  } catch (error) {
    return tell("failure", error.message);
  }
  const row = (href, name, what) =>
    element("li", {}, element("a", { href, download: true }, name), " ", element("span", { class: "hint" }, what));
  return openDialog("export-dialog", "Export",
    element("p", {}, "The records of all pairs, as decided:"),
    element("ul", { class: "formats" }, formats.map(([suffix, what]) =>
      row(`api/export?${new URLSearchParams({ format: suffix })}`, suffix, what))),
    element("p", {}, "What was decided, to be used again by align:"),
    element("ul", { class: "formats" }, row("api/decisions", "decisions.tsv", "all decisions, found again in changed texts")),
    element("p", {}, closeButton("Close")));
}
