// <triage-grid case csrf asked profile codes words selection>: a selection of any size as squares or as a list, by keys.
// Only what is in sight is drawn, into recycled tiles; a fixed scroll range stands for the whole, since browsers cap heights.
import { added, count, holds, removed } from "./triage-places.js";
import { TriageStore } from "./triage-store.js";
import { TriageTile } from "./triage-tile.js";

const RANGE = 8_000_000; // px of scrolling at most
const SHAPES = { squares: { width: 178, height: 190 }, list: { width: Infinity, height: 44 } };

class TriageGrid extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.getAttribute("words"));
    this.codes = JSON.parse(this.getAttribute("codes"));
    this.grid = this.querySelector("[role=grid]");
    this.port = this.querySelector(".port");
    this.spacer = this.querySelector(".spacer");
    this.status = this.querySelector("[role=status]");
    this.problem = this.querySelector("[role=alert]");
    this.progress = this.querySelector("progress");
    this.shape = localStorage.getItem("clew-shape") === "list" ? "list" : "squares";
    this.rows = [];
    [this.current, this.anchor, this.top, this.chosen] = [0, 0, 0, []];
    this.store = new TriageStore({
      caseId: this.getAttribute("case"), csrf: this.getAttribute("csrf"), asked: JSON.parse(this.getAttribute("asked")),
      changed: (error) => (error ? this.refused(error) : this.draw()),
    });
    this.grid.addEventListener("keydown", this);
    this.grid.addEventListener("click", this);
    this.grid.addEventListener("dblclick", this);
    this.addEventListener("click", this);
    this.port.addEventListener("scroll", this, { passive: true });
    this.sized = new ResizeObserver(() => this.measure());
    this.begin();
  }

  disconnectedCallback() {
    this.sized.disconnect();
    clearTimeout(this.recount);
  }

  async begin() {
    const held = history.state?.triage;
    try {
      const opened = await this.store.open(this.getAttribute("selection") || held?.id);
      if (held?.id === opened.id) Object.assign(this, { current: held.current, anchor: held.current, chosen: held.chosen });
    } catch (error) {
      return this.refused(error);
    }
    this.current = Math.max(0, Math.min(this.current, this.store.total - 1));
    this.sized.observe(this.port);
    this.measure();
    this.see();
    this.tell();
    return this.dispatchEvent(new CustomEvent("opened", { bubbles: true, detail: this.store.total }));
  }

  // How many tiles fit, and how far there is to scroll.
  measure() {
    const { width, height } = SHAPES[this.shape];
    this.height = height;
    this.columns = Math.max(1, Math.floor(this.port.clientWidth / width));
    const lines = Math.ceil(this.store.total / this.columns);
    this.whole = lines * height;
    this.view = this.port.clientHeight;
    this.range = Math.min(this.whole, RANGE);
    this.spacer.style.blockSize = `${Math.max(0, this.range - this.view)}px`;
    this.classList.toggle("list", this.shape === "list");
    this.grid.style.setProperty("--columns", this.columns);
    this.grid.setAttribute("aria-rowcount", lines);
    this.grid.setAttribute("aria-colcount", this.columns);
    this.build(Math.ceil(this.view / height) + 1);
    this.go(this.top);
  }

  build(lines) {
    if (this.rows.length === lines && this.rows[0]?.tiles.length === this.columns) return;
    this.grid.replaceChildren();
    this.rows = Array.from({ length: lines }, (_, line) => {
      const row = document.createElement("div");
      row.setAttribute("role", "row");
      row.className = "line";
      const tiles = Array.from({ length: this.columns }, (__, n) => {
        const tile = new TriageTile(row, line * this.columns + n, this.words);
        tile.cell.setAttribute("aria-colindex", n + 1);
        return tile;
      });
      this.grid.append(row);
      return { row, tiles };
    });
  }

  // Bring a place of the whole (px) to the top; the scroll bar follows.
  go(top) {
    this.top = Math.max(0, Math.min(top, this.whole - this.view));
    const spare = this.whole - this.view;
    this.scrolled = Math.round(spare > 0 ? (this.top / spare) * (this.range - this.view) : 0);
    if (Math.round(this.port.scrollTop) !== this.scrolled) this.port.scrollTop = this.scrolled;
    this.draw();
  }

  scroll() {
    if (Math.abs(this.port.scrollTop - this.scrolled) < 1.5) return;
    this.scrolled = this.port.scrollTop;
    const spare = this.range - this.view;
    this.top = spare > 0 ? (this.scrolled / spare) * (this.whole - this.view) : 0;
    this.draw();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  paint() {
    const first = Math.floor(this.top / this.height);
    const shift = -(this.top - first * this.height);
    // A line keeps its element while it stays in sight: of a step by one line only one line is filled anew.
    this.rows.forEach(({ row, tiles }, n) => {
      const line = first + ((n - (first % this.rows.length) + this.rows.length) % this.rows.length);
      row.style.transform = `translateY(${shift + (line - first) * this.height}px)`;
      row.setAttribute("aria-rowindex", line + 1);
      row.hidden = line * this.columns >= this.store.total;
      tiles.forEach((tile, column) => this.place(tile, line * this.columns + column));
    });
    this.store.wish(first * this.columns, (first + this.rows.length) * this.columns);
  }

  place(tile, at) {
    if (at >= this.store.total) return tile.hide();
    const current = at === this.current;
    tile.show(at, this.store.tile(at), this.store.loaded(at), { current, selected: holds(this.chosen, at) });
    if (current) this.grid.setAttribute("aria-activedescendant", tile.cell.id);
    return undefined;
  }

  // Scroll no further than needed for the current tile to be in sight whole.
  see() {
    const at = Math.floor(this.current / this.columns) * this.height;
    if (at < this.top) this.go(at);
    else if (at + this.height > this.top + this.view) this.go(at + this.height - this.view);
    else this.draw();
  }

  handleEvent(event) {
    if (event.type === "scroll") return this.scroll();
    if (event.type === "keydown") return this.key(event);
    if (event.currentTarget === this) return this.press(event);
    const cell = event.target.closest("[role=gridcell]");
    const at = this.rows.flatMap(({ tiles }) => tiles).find((tile) => tile.cell === cell)?.at;
    if (at === undefined) return undefined;
    if (event.type === "dblclick") return this.open();
    return this.pick(at, event);
  }

  pick(at, event) {
    if (event.shiftKey) this.chosen = added(this.chosen, Math.min(at, this.anchor), Math.max(at, this.anchor));
    else {
      if (event.ctrlKey || event.metaKey) this.toggle(at);
      this.anchor = at;
    }
    this.current = at;
    this.grid.focus({ preventScroll: true });
    this.see();
    this.tell();
  }

  press(event) {
    const act = event.target.closest("[data-act]")?.dataset;
    if (!act) return undefined;
    const acts = {
      undo: () => this.turn("undo"), redo: () => this.turn("redo"), all: () => this.all(), none: () => this.choose([]),
      shape: () => this.reshape(), decided: () => this.uncover(), code: () => this.label(Number(act.code), false),
    };
    acts[act.act]?.();
    return this.grid.focus({ preventScroll: true });
  }

  key(event) {
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
    if (digit !== undefined && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      return this.label(Number(digit), event.altKey);
    }
    const to = this.target(event);
    if (to !== undefined) {
      event.preventDefault();
      return this.move(to, event.shiftKey);
    }
    return this.command(event);
  }

  target(event) {
    if (event.altKey || event.metaKey || (event.ctrlKey && !["Home", "End"].includes(event.key))) return undefined;
    const forward = getComputedStyle(this).direction === "rtl" && this.columns > 1 ? -1 : 1;
    const page = Math.max(1, Math.floor(this.view / this.height)) * this.columns;
    const moves = {
      ArrowRight: forward, ArrowLeft: -forward, ArrowDown: this.columns, ArrowUp: -this.columns, PageDown: page, PageUp: -page,
      Home: -this.current, End: this.store.total - 1 - this.current,
    };
    return event.key in moves ? this.current + moves[event.key] : undefined;
  }

  move(to, range) {
    if (!this.store.total) return;
    this.current = Math.max(0, Math.min(this.store.total - 1, to));
    if (range) this.chosen = [[Math.min(this.current, this.anchor), Math.max(this.current, this.anchor)]];
    else this.anchor = this.current;
    this.see();
    if (range) this.tell();
  }

  command(event) {
    const control = event.ctrlKey || event.metaKey;
    const name = `${control ? "Ctrl+" : ""}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
    const commands = {
      " ": () => this.toggle(this.current), "Ctrl+a": () => this.all(), Escape: () => this.choose([]), Enter: () => this.open(),
      u: () => this.turn(event.shiftKey ? "redo" : "undo"), "Ctrl+z": () => this.turn(event.shiftKey ? "redo" : "undo"),
      "Ctrl+y": () => this.turn("redo"), v: () => this.uncover(), l: () => this.reshape(), s: () => this.alike(),
    };
    if (event.altKey || !(name in commands)) return;
    event.preventDefault();
    commands[name]();
  }

  toggle(at) {
    this.choose(holds(this.chosen, at) ? removed(this.chosen, at, at) : added(this.chosen, at, at));
  }

  all() {
    this.choose(this.store.total ? [[0, this.store.total - 1]] : []);
  }

  choose(places) {
    this.chosen = places;
    this.draw();
    this.tell();
  }

  reshape() {
    this.shape = this.shape === "list" ? "squares" : "list";
    localStorage.setItem("clew-shape", this.shape);
    this.measure();
    this.see();
  }

  uncover() {
    this.store.decided = !this.store.decided;
    this.store.forget();
    this.draw();
  }

  alike() {
    const tile = this.store.tile(this.current);
    if (!tile) return;
    const asked = { ...this.store.asked, order: "likeness", like: tile.id };
    location.assign(`?${new URLSearchParams({ asked: JSON.stringify(asked) })}`);
  }

  open() {
    const tile = this.store.tile(this.current);
    if (!tile) return;
    const { id } = this.store;
    history.replaceState({ ...history.state, triage: { id, current: this.current, chosen: this.chosen } }, "");
    location.assign(`/exhibits/${tile.id}`);
  }

  // Say what the chosen exhibits are, or the current one and go on to the next; shown at once, taken back when refused.
  label(code, stacks) {
    const known = this.codes[code];
    const at = this.current;
    if (!known || !this.store.total) return;
    const many = this.chosen.length > 0;
    const places = many ? this.chosen : [[at, at]];
    const said = known.none ? null : { profile_id: this.getAttribute("profile"), code, label: known.label };
    for (const [low, high] of places) this.seen(low, high, (n) => this.store.put(n, said));
    if (!many) this.move(at + 1, false);
    this.draw();
    const body = { profile_id: this.getAttribute("profile"), code, selection_id: this.store.id, places, stacks };
    this.send("acts", body, many || stacks);
  }

  seen(low, high, each) {
    const first = Math.floor(this.top / this.height) * this.columns;
    const last = first + this.rows.length * this.columns;
    for (let n = Math.max(low, first); n <= Math.min(high, last); n++) each(n);
  }

  turn(which) {
    this.send(which, {}, true);
  }

  async send(path, body, wide) {
    this.problem.hidden = true;
    try {
      const act = await this.store.until_done(await this.store.act(path, body), (one) => this.far(one));
      if (wide) this.renewed();
      this.told(path, act);
    } catch (error) {
      this.refused(error);
      this.renewed();
    }
    this.progress.hidden = true;
    clearTimeout(this.recount);
    this.recount = setTimeout(() => this.dispatchEvent(new CustomEvent("acted", { bubbles: true })), 700);
  }

  renewed() {
    const first = Math.floor(this.top / this.height) * this.columns;
    this.store.renew(first, first + this.rows.length * this.columns);
  }

  far(act) {
    this.progress.hidden = false;
    [this.progress.max, this.progress.value] = [act.total, act.done];
    this.status.textContent = this.words.running.replace("%done", act.done).replace("%total", act.total);
  }

  told(path, act) {
    const words = { acts: this.words.said, undo: this.words.undone, redo: this.words.redone };
    if (!act) this.status.textContent = path === "undo" ? this.words.nothing_to_undo : this.words.nothing_to_redo;
    else if (act.state === "stopped") this.status.textContent = this.words.stopped;
    else this.status.textContent = words[path].replace("%n", act.changed.toLocaleString(this.words.language));
  }

  tell() {
    const said = count(this.chosen);
    const text = this.words.total.replace("%n", this.store.total.toLocaleString(this.words.language));
    const chosen = said ? ` · ${this.words.chosen.replace("%n", said.toLocaleString(this.words.language))}` : "";
    this.querySelector(".count").textContent = text + chosen;
    this.querySelector(".nothing").hidden = this.store.total > 0;
  }

  refused(error) {
    this.problem.textContent = error.said ?? this.words.failed;
    this.problem.hidden = false;
  }
}
customElements.define("triage-grid", TriageGrid);

// <triage-counts src>: the facets, asked for again after something was decided; nothing else of the page moves.
class TriageCounts extends HTMLElement {
  connectedCallback() {
    document.addEventListener("acted", this);
    document.addEventListener("opened", this, { once: true });
  }

  disconnectedCallback() {
    document.removeEventListener("acted", this);
  }

  async handleEvent() {
    const answer = await fetch(this.getAttribute("src"), { cache: "no-store" });
    if (answer.status === 401) location.reload();
    if (!answer.ok) return;
    const open = new Set([...this.querySelectorAll("details[open]")].map((one) => one.id));
    const html = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.replaceChildren(...html.body.childNodes);
    for (const one of this.querySelectorAll("details")) if (open.has(one.id)) one.open = true;
  }
}
customElements.define("triage-counts", TriageCounts);
