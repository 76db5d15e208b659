// One recycled square of the grid: built once, filled anew only when its exhibit or what is said of it has changed.
function made(parent, tag, name, text = "") {
  const one = document.createElement(tag);
  if (name) one.className = name;
  one.textContent = text;
  parent.append(one);
  return one;
}

function size(octets) {
  const units = ["B", "kB", "MB", "GB"];
  let at = 0;
  for (; octets >= 1000 && at < 3; at++) octets /= 1000;
  return `${octets < 10 && at ? octets.toFixed(1) : Math.round(octets)} ${units[at]}`;
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export class TriageTile {
  constructor(row, slot, words) {
    this.words = words;
    this.cell = made(row, "div", "tile");
    this.cell.setAttribute("role", "gridcell");
    this.cell.id = `tile-${slot}`;
    this.frame = made(this.cell, "span", "frame");
    this.picture = made(this.frame, "img", "safe");
    this.picture.alt = "";
    this.picture.draggable = false;
    this.blank = made(this.frame, "span", "blank");
    this.name = made(made(this.cell, "span", "name"), "bdi", "ident");
    this.name.dir = "ltr";
    this.facts = made(this.cell, "span", "facts");
    this.marks = made(this.cell, "span", "marks");
    this.shown = "";
  }

  show(at, tile, loaded, { current, selected }) {
    const cell = this.cell;
    cell.classList.toggle("current", current);
    cell.setAttribute("aria-selected", String(selected));
    const wanted = `${at}|${tile?.id ?? loaded}|${tile?.version ?? 0}|${tile?.thumbnail ? 1 : 0}`;
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.at = at;
    cell.hidden = false;
    if (tile) this.fill(tile);
    else this.empty(loaded);
  }

  hide() {
    if (this.shown === "none") return;
    this.shown = "none";
    this.cell.hidden = true;
    this.cell.classList.remove("current");
    this.picture.removeAttribute("src");
  }

  empty(loaded) {
    this.picture.hidden = true;
    this.picture.removeAttribute("src");
    this.blank.hidden = false;
    this.blank.textContent = loaded ? this.words.gone : "";
    this.name.textContent = this.facts.textContent = "";
    this.marks.replaceChildren();
    if (loaded) this.cell.removeAttribute("aria-label");
    else this.cell.setAttribute("aria-label", this.words.loading);
  }

  fill(tile) {
    const kind = this.words.kinds[tile.kind] ?? tile.kind;
    const mine = tile.said.find((one) => one.own);
    this.picture.hidden = !tile.thumbnail;
    if (tile.thumbnail) this.picture.src = tile.thumbnail;
    else this.picture.removeAttribute("src");
    this.blank.hidden = Boolean(tile.thumbnail);
    this.blank.textContent = tile.covered ? this.words.covered : kind;
    this.name.textContent = tile.path.slice(tile.path.lastIndexOf("/") + 1);
    const facts = [kind, size(tile.size)];
    if (tile.duration) facts.push(clock(tile.duration));
    if (tile.taken_at) facts.push(tile.taken_at.slice(0, 16).replace("T", " "));
    this.facts.textContent = facts.join(" · ");
    const said = mine ? `${mine.code} ${this.words.labels[mine.label] ?? mine.label}` : "";
    this.cell.removeAttribute("aria-label"); // its name is what stands in it
    this.picture.alt = kind;
    this.marked(tile, mine, said, kind);
  }

  marked(tile, mine, said, kind) {
    this.marks.replaceChildren();
    const told = [];
    if (mine) made(this.marks, "span", "badge good", said);
    if (tile.kind !== "picture" && tile.thumbnail) told.push(["badge", kind]);
    if (tile.state !== "imported") told.push(["badge warn", this.words.states[tile.state]]);
    if (tile.stack > 1) told.push(["badge calm", this.words.stack.replace("%n", tile.stack)]);
    if (tile.links) told.push(["badge warn", this.words.links.replace("%n", tile.links)]);
    for (const one of tile.said) if (!one.own) told.push(["badge", `${one.agency_code}: ${one.code} ${one.label}`]);
    for (const [name, text] of told) made(this.marks, "span", name, text);
  }
}
