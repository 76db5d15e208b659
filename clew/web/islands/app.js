// The browser's part of Clew: htmx for swapped pages, and the islands. Nothing here decides what may be seen.
import "htmx.org";
import "../static/app.css";
import "./file-drop.js";
import "./file-search.js";
import "./media-compare.js";
import "./media-grid.js";
import "./region-search.js";
import "./reveal-picture.js";
import "./triage-grid.js";

// On a narrow screen each cell of a table says its column; the sheet shows it.
function nameCells() {
  for (const table of document.querySelectorAll("table")) {
    const columns = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, at) => (cell.dataset.column = columns[at]));
    }
  }
}
document.addEventListener("DOMContentLoaded", nameCells);

// A swapped page starts at its message or its top, so that keyboard and screen reader follow.
document.addEventListener("htmx:after:swap", () => {
  nameCells();
  const message = document.querySelector("#main > .note[role]");
  message?.scrollIntoView({ block: "nearest" });
});

// A page kept by the browser's back button may be of a session that has ended: ask again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
