// <media-compare>: two stages that zoom and move together, lie over each other, flicker and are told apart.
// It shows what the page holds and what was revealed on it, asks the server for nothing and keeps nothing.
import { asMatrix, clock, corners, inUnits, laidOver, setClear, size } from "./stage.js";

const MOST = 32; // times
const STEP = 0.1; // of what is seen, for one press
const BEAT = 700; // milliseconds: well below three flashes a second
const ROOM = 1.3; // a part is shown with some room round it

class MediaCompare extends HTMLElement {
  connectedCallback() {
    this.sides = ["left", "right"].map((side) => this.querySelector(`[data-side=${side}]`));
    this.stages = this.sides.map((side) => side.querySelector("svg.stage"));
    this.pile = this.querySelector(".pile");
    this.said = this.querySelector(".compare-tools [role=status]"); // sounds have no tools: there is nothing to see
    this.view = { x: 0.5, y: 0.5, zoom: 1, part: "" };
    for (const stage of this.said ? this.stages : []) stage.tabIndex = 0;
    for (const kind of ["click", "input", "keydown", "pointerdown", "revealed", "hidden-again"]) this.addEventListener(kind, this);
    this.addEventListener("wheel", this, { passive: false });
    document.addEventListener("visibilitychange", this);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.pile);
    for (const shown of this.querySelectorAll(".compare-tools, [data-moment]")) shown.hidden = false;
    this.readStretches();
    this.draw();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    this.resized.disconnect();
    this.stopFlicker();
  }

  handleEvent(event) {
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (event.type === "click") return event.target.closest("button") && act ? this.act(act) : undefined;
    if (event.type === "input") return act ? this.set(act, event.target) : undefined;
    if (event.type === "keydown") return this.press(event);
    if (event.type === "pointerdown") return this.drag(event);
    if (event.type === "wheel") return this.wheel(event);
    if (event.type === "visibilitychange") return document.hidden ? this.stopFlicker() : undefined;
    return this.reveal(event);
  }

  // --- keys and buttons do the same
  press(event) {
    if (event.key === "Escape" && (this.flickers || this.difference)) this.alone();
    if (event.key === "Escape") for (const hide of this.querySelectorAll("reveal-picture .hide:not([hidden])")) hide.click();
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    const tool = this.querySelector(`[data-key="${CSS.escape(event.key.length === 1 ? event.key.toLowerCase() : event.key)}"]`);
    if (!tool) return;
    event.preventDefault();
    if (tool.localName === "a") (event.target.closest("[data-side]")?.querySelector("a[data-key]") ?? tool).click();
    else if (!tool.disabled) this.act(tool.dataset.act);
  }

  act(what) {
    const seen = 1 / this.view.zoom;
    const move = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[what];
    if (move) this.look(this.view.x + move[0] * STEP * seen, this.view.y + move[1] * STEP * seen, this.view.zoom);
    else if (what === "in") this.look(this.view.x, this.view.y, this.view.zoom * 1.5);
    else if (what === "out") this.look(this.view.x, this.view.y, this.view.zoom / 1.5);
    else if (what === "whole") this.look(0.5, 0.5, 1);
    else this.toggle(what);
  }

  toggle(what) {
    if (what === "lines") this.classList.toggle("bare");
    if (what === "swap") this.classList.toggle("swapped");
    if (what === "difference") this.difference = !this.difference;
    if (what === "flicker") {
      if (this.beat || (this.flickers && !this.moves)) this.stopFlicker(this.moves);
      else this.startFlicker();
    } else if (what === "difference") this.stopFlicker();
    this.draw();
  }

  set(what, field) {
    if (what === "part") {
      this.view.part = field.value;
      this.look(0.5, 0.5, 1);
    } else if (what === "moment") this.go(Number(field.value) / 1000);
    else this.style.setProperty(`--${what}`, field.value);
  }

  // --- flicker: by itself, or at each press where less motion is wished for
  get moves() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  startFlicker() {
    this.flickers = true;
    this.difference = false;
    if (this.moves) this.beat = setInterval(() => this.show(!this.over), BEAT);
    this.show(true);
  }

  stopFlicker(ends = true) {
    clearInterval(this.beat);
    this.beat = undefined;
    if (!ends) return this.show(!this.over); // still one over the other: the next press shows the other one
    this.flickers = false;
    return this.draw();
  }

  alone() {
    this.difference = false;
    this.stopFlicker();
  }

  show(over) {
    this.over = over;
    this.pile.classList.toggle("over", over);
  }

  // --- looking: one place and one zoom for both, in shares of what each side shows whole
  look(x, y, zoom) {
    this.view.zoom = Math.min(MOST, Math.max(1, zoom));
    const half = 0.5 / this.view.zoom;
    const kept = (share) => Math.min(1 - half, Math.max(half, share));
    [this.view.x, this.view.y] = [kept(x), kept(y)];
    this.draw();
  }

  seen(stage) {
    const [across, down] = size(stage);
    let [x, y, width, height] = [0, 0, across, down];
    if (this.view.part) {
      const round = corners(stage, this.view.part);
      const [left, top] = [0, 1].map((n) => Math.min(...round.map((corner) => corner[n])));
      const [right, bottom] = [0, 1].map((n) => Math.max(...round.map((corner) => corner[n])));
      const scale = Math.min(1, ROOM * Math.max((right - left) / across, (bottom - top) / down, 0.02));
      [width, height] = [across * scale, down * scale];
      [x, y] = [(left + right - width) / 2, (top + bottom - height) / 2];
    }
    const { zoom } = this.view;
    return [x + this.view.x * width - width / zoom / 2, y + this.view.y * height - height / zoom / 2, width / zoom, height / zoom];
  }

  draw() {
    if (!this.said) return;
    for (const stage of this.stages) {
      const box = this.seen(stage);
      stage.setAttribute("viewBox", box.map((one) => one.toFixed(2)).join(" "));
      const scale = box[2] / size(stage)[0];
      for (const tag of stage.querySelectorAll(".tag")) {
        tag.setAttribute("transform", `${tag.getAttribute("transform").replace(/ scale.*/, "")} scale(${scale.toFixed(4)})`);
      }
    }
    this.classList.toggle("zoomed", this.view.zoom > 1 || Boolean(this.view.part));
    const clear = this.stages.every((stage) => stage.querySelector("image.clear"));
    if (!clear) this.difference = false;
    for (const shown of this.querySelectorAll("[data-clear]")) shown.hidden = !this.querySelector("image.clear");
    this.button("difference").disabled = !clear;
    this.button("difference").setAttribute("aria-pressed", String(Boolean(this.difference)));
    this.button("flicker").setAttribute("aria-pressed", String(Boolean(this.flickers)));
    this.button("swap").setAttribute("aria-pressed", String(this.classList.contains("swapped")));
    this.button("lines").setAttribute("aria-pressed", String(!this.classList.contains("bare")));
    this.stack(this.flickers || this.difference);
    const { state, over, needs } = this.said.dataset;
    const zoom = (this.view.zoom * 100).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 0 });
    const more = this.flickers || this.difference ? over : clear ? "" : needs;
    this.said.textContent = [`${state} ${zoom} %.`, more].filter(Boolean).join(" ");
  }

  button(act) {
    return this.querySelector(`button[data-act=${act}]`);
  }

  // --- one over the other: the right side is laid over the left one so that the same part comes to the same place
  stack(piled) {
    this.pile.hidden = !piled;
    this.classList.toggle("piled", piled);
    const plane = this.pile.firstElementChild;
    if (!piled) return plane.replaceChildren();
    const [under, over] = this.classList.contains("swapped") ? [...this.stages].reverse() : this.stages;
    const layers = [under, over].map((stage) => {
      const layer = stage.cloneNode(true);
      const [across, down] = size(stage);
      layer.setAttribute("viewBox", `0 0 ${across} ${down}`);
      layer.style.inlineSize = `${across}px`;
      layer.style.blockSize = `${down}px`;
      layer.removeAttribute("tabindex");
      layer.setAttribute("aria-hidden", "true");
      return layer;
    });
    const matrix = laidOver(corners(over, this.view.part), corners(under, this.view.part));
    if (matrix) layers[1].style.transform = asMatrix(matrix);
    const [x, y, width, height] = this.seen(under);
    const scale = Math.min(this.pile.clientWidth / width, this.pile.clientHeight / height);
    plane.style.transform = `translate(${this.pile.clientWidth / 2}px, ${this.pile.clientHeight / 2}px) scale(${scale})`
      + ` translate(${-x - width / 2}px, ${-y - height / 2}px)`;
    this.pile.classList.toggle("difference", Boolean(this.difference));
    return plane.replaceChildren(...layers);
  }

  // --- mouse and touch
  drag(event) {
    const stage = event.target.closest("svg.stage, .pile");
    if (!stage || event.button || this.view.zoom === 1) return;
    const from = { x: event.clientX, y: event.clientY, view: { ...this.view } };
    const [, , width, height] = this.seen(this.stages[0]);
    const frame = stage.getBoundingClientRect();
    const scale = Math.min(frame.width / width, frame.height / height) * this.view.zoom;
    const move = (moved) => this.look(
      from.view.x - (moved.clientX - from.x) / (width * scale), from.view.y - (moved.clientY - from.y) / (height * scale), this.view.zoom);
    const end = () => ["pointermove", "pointerup", "pointercancel"].forEach((kind, n) => stage.removeEventListener(kind, n ? end : move));
    ["pointermove", "pointerup", "pointercancel"].forEach((kind, n) => stage.addEventListener(kind, n ? end : move));
    stage.setPointerCapture(event.pointerId);
  }

  wheel(event) {
    const stage = event.target.closest("svg.stage");
    if (!event.ctrlKey || !stage) return;
    event.preventDefault();
    const [x, y, width, height] = this.seen(stage);
    const [at, down] = inUnits(stage, event);
    const before = this.view.zoom;
    const zoom = Math.min(MOST, Math.max(1, before * Math.exp(-event.deltaY / 300)));
    const shift = (1 - before / zoom) / before; // what is under the pointer stays under it
    this.look(this.view.x + ((at - x) / width - 0.5) * shift, this.view.y + ((down - y) / height - 0.5) * shift, zoom);
  }

  // --- what was revealed lies in the stage, over the safe picture and under the outlines
  reveal(event) {
    const side = event.target.closest("[data-side]");
    if (!side) return;
    const shows = event.type === "revealed";
    const stage = side.querySelector("svg.stage");
    setClear(stage, shows ? event.target.address : "");
    if (shows) event.target.picture.hidden = true;
    const second = event.target.querySelector("[name=time]");
    const away = shows && second && Math.abs(Number(second.value) - Number(side.dataset.at ?? second.value)) > 0.3;
    stage.classList.toggle("other-moment", Boolean(away));
    this.draw();
  }

  // --- films: one place in the shared stretches is one second on each side
  readStretches() {
    this.stretches = [...this.querySelectorAll("[data-stretch]")].map((row) => row.dataset.stretch.split(",").map(Number));
    this.length = this.stretches.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  go(share) {
    let left = share * this.length;
    const found = this.stretches.find(([start, end]) => left <= end - start || ((left -= end - start), false)) ?? this.stretches.at(-1);
    const within = Math.min(1, left / Math.max(found[1] - found[0], 0.001));
    const seconds = [found[0] + within * (found[1] - found[0]), found[2] + within * (found[3] - found[2])];
    const span = Number(this.querySelector(".timeline").dataset.span);
    seconds.forEach((second, n) => {
      const field = this.sides[n].querySelector("reveal-picture [name=time]");
      if (field) field.value = second.toFixed(1);
      const head = this.querySelector(`[data-head=${n ? "right" : "left"}]`);
      head.removeAttribute("hidden");
      for (const end of ["x1", "x2"]) head.setAttribute(end, ((second / span) * 1000).toFixed(1));
    });
    this.querySelector("[data-moment] output").textContent = seconds.map(clock).join(" | ");
  }
}
customElements.define("media-compare", MediaCompare);
