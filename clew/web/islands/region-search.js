// <region-search>: a box on a picture, drawn by mouse, finger or keys, in step with the numbers of the form it stands in.
// The box is kept in the address, so that the way back from an answer leads to just this place.
import { inUnits, setClear, size, svg } from "./stage.js";

const LEAST = 0.02; // of the picture, as the server asks
const NEAR = 0.035; // a corner is taken within this share of the long side
const NAMES = ["left", "top", "width", "height"];

class RegionSearch extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.stage = this.querySelector("svg.stage");
    this.draws();
    for (const kind of ["input", "keydown", "pointerdown"]) this.addEventListener(kind, this);
    for (const kind of ["revealed", "hidden-again"]) document.addEventListener(kind, this);
    for (const shown of this.querySelectorAll(".screen, [data-help]")) shown.hidden = false;
    this.read();
  }

  disconnectedCallback() {
    for (const kind of ["revealed", "hidden-again"]) document.removeEventListener(kind, this);
  }

  draws() {
    this.mark = svg("g", { class: "mark", tabindex: "0", role: "application", "aria-label": this.querySelector(".screen").dataset.words });
    this.casing = svg("rect", { class: "casing" });
    this.line = svg("rect", { class: "edge" });
    this.grips = [0, 1, 2, 3].map(() => svg("circle", { class: "grip", r: 14 }));
    this.mark.append(this.casing, this.line, ...this.grips);
    this.stage.append(this.mark);
    this.stage.setAttribute("role", "group"); // what is in it can be used, so it is more than a picture
  }

  handleEvent(event) {
    if (event.type === "input") return this.put(this.numbers, false);
    if (event.type === "keydown") return this.press(event);
    if (event.type === "pointerdown") return this.drag(event);
    return this.reveal(event);
  }

  // --- the place: in the form, in the address, on the stage
  read() {
    const asked = new URLSearchParams(location.search);
    const box = (asked.get("box") ?? "").split(",").map(Number);
    const at = Number(asked.get("at"));
    if (asked.has("at") && at >= 0 && this.form.elements.time) this.form.elements.time.value = at;
    const whole = box.length === 4 && box.every((share) => share >= 0 && share <= 1) && box[2] >= LEAST && box[3] >= LEAST;
    this.put(whole ? box : this.numbers, true, whole);
    // The browser goes to the part of the page first, which takes the focus away.
    if (location.hash === "#part") setTimeout(() => this.mark.focus({ preventScroll: true }), 50);
  }

  get numbers() {
    return NAMES.map((name) => Number(this.form.elements[name].value) / 100);
  }

  put([left, top, width, height], fields = true, keep = true) {
    const kept = (share, most) => Math.min(most, Math.max(0, share));
    const [w, h] = [Math.min(1, Math.max(LEAST, width)), Math.min(1, Math.max(LEAST, height))];
    this.box = [kept(left, 1 - w), kept(top, 1 - h), w, h];
    if (fields) NAMES.forEach((name, n) => (this.form.elements[name].value = +(this.box[n] * 100).toFixed(2)));
    this.draw();
    if (keep) this.remember();
  }

  draw() {
    const [across, down] = size(this.stage);
    const [x, y, width, height] = this.box.map((share, n) => share * (n % 2 ? down : across));
    for (const shape of [this.casing, this.line]) {
      for (const [name, value] of Object.entries({ x, y, width, height })) shape.setAttribute(name, value.toFixed(1));
    }
    this.grips.forEach((grip, n) => {
      grip.setAttribute("cx", (x + (n % 2) * width).toFixed(1));
      grip.setAttribute("cy", (y + (n > 1) * height).toFixed(1));
    });
  }

  remember() {
    const to = new URL(location.href);
    to.searchParams.set("box", this.box.map((share) => +share.toFixed(4)).join());
    if (this.form.elements.time) to.searchParams.set("at", this.form.elements.time.value);
    to.hash = "part";
    history.replaceState(history.state, "", to.href.replaceAll("%2C", ","));
  }

  // --- keys: arrows move, with Shift they size, with Alt by fine steps
  press(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!moves || event.target !== this.mark || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [x, y] = moves.map((one) => one * (event.altKey ? 0.002 : 0.02));
    const [left, top, width, height] = this.box;
    this.put(event.shiftKey ? [left, top, Math.min(width + x, 1 - left), Math.min(height + y, 1 - top)] : [left + x, top + y, width, height]);
  }

  // --- mouse and finger: a corner sizes, the inside moves, anywhere else begins a new box
  drag(event) {
    if (event.button || !event.target.closest("svg.stage")) return;
    const from = this.shares(event);
    const [left, top, width, height] = this.box;
    const [right, bottom] = [left + width, top + height];
    const [across, down] = size(this.stage);
    const near = ([x, y]) => Math.hypot((x - from[0]) * across, (y - from[1]) * down) < NEAR * Math.max(across, down);
    const corner = [[left, top, right, bottom], [right, top, left, bottom], [left, bottom, right, top], [right, bottom, left, top]].find(near);
    const inside = from[0] > left && from[0] < right && from[1] > top && from[1] < bottom;
    const still = corner ? corner.slice(2) : from;
    const move = (moved) => {
      const to = this.shares(moved);
      if (!corner && inside) return this.put([left + to[0] - from[0], top + to[1] - from[1], width, height], true, false);
      return this.put([Math.min(to[0], still[0]), Math.min(to[1], still[1]), Math.abs(to[0] - still[0]), Math.abs(to[1] - still[1])], true, false);
    };
    const kinds = ["pointermove", "pointerup", "pointercancel"];
    const end = () => {
      kinds.forEach((kind, n) => this.stage.removeEventListener(kind, n ? end : move));
      this.remember();
    };
    kinds.forEach((kind, n) => this.stage.addEventListener(kind, n ? end : move));
    this.stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.mark.focus({ preventScroll: true });
  }

  shares(event) {
    const [across, down] = size(this.stage);
    const [x, y] = inUnits(this.stage, event);
    return [Math.min(1, Math.max(0, x / across)), Math.min(1, Math.max(0, y / down))];
  }

  // --- what was revealed on the page is drawn on too, of a film at its second
  reveal(event) {
    if (!event.target.picture && event.type === "revealed") return;
    setClear(this.stage, event.type === "revealed" ? event.target.address : "");
    const second = event.target.querySelector?.("[name=time]");
    if (event.type === "revealed" && second && this.form.elements.time) {
      this.form.elements.time.value = second.value;
      this.remember();
    }
  }
}
customElements.define("region-search", RegionSearch);
