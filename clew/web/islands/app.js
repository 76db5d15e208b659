// The browser's part of Clew: htmx for swapped pages, and the islands. Nothing here decides what may be seen.
import "htmx.org";
import "../static/app.css";
import "./file-drop.js";
import "./media-grid.js";
import "./reveal-picture.js";

// A swapped page starts at its message or its top, so that keyboard and screen reader follow.
document.addEventListener("htmx:after:swap", () => {
  const message = document.querySelector("#main > .note[role]");
  message?.scrollIntoView({ block: "nearest" });
});

// A page kept by the browser's back button may be of a session that has ended: ask again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
