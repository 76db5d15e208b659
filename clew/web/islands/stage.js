// What pictures that are drawn on share: units of an SVG stage, and the flat map that lays one picture over another.
const SVG = "http://www.w3.org/2000/svg";

export const svg = (name, attributes = {}) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

export const size = (stage) => [Number(stage.dataset.across), Number(stage.dataset.down)];

// Where a pointer is, in the units of the stage, however it is zoomed and fitted.
export function inUnits(stage, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(stage.getScreenCTM().inverse());
  return [at.x, at.y];
}

// A revealed picture lies over the safe one, in the same place; `address` empty takes it away again.
export function setClear(stage, address) {
  stage.querySelector("image.clear")?.remove();
  if (!address) return;
  const [width, height] = size(stage);
  const clear = svg("image", { class: "clear", href: address, width, height, preserveAspectRatio: "none" });
  stage.insertBefore(clear, stage.querySelector(".shapes"));
}

// The corners of a marked part in units, in the order in which they answer those of the other side.
export function corners(stage, part) {
  const drawn = stage.querySelector(part ? `[data-part="${part}"] .edge` : "[data-part] .edge");
  if (drawn) return [...drawn.points].map((point) => [point.x, point.y]);
  const [width, height] = size(stage);
  return [[0, 0], [width, 0], [width, height], [0, height]];
}

// Nine numbers that take four places to four others as a flat thing seen from elsewhere; undefined where none do.
export function laidOver(from, to) {
  const rows = from.flatMap(([x, y], n) => {
    const [u, v] = to[n];
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  for (let column = 0; column < 8; column++) {
    const best = rows.slice(column).reduce((a, b) => (Math.abs(b[column]) > Math.abs(a[column]) ? b : a));
    if (Math.abs(best[column]) < 1e-9) return undefined;
    rows.splice(rows.indexOf(best), 1);
    rows.splice(column, 0, best);
    for (const row of rows) {
      if (row === best) continue;
      const share = row[column] / best[column];
      for (let k = column; k < 9; k++) row[k] -= share * best[k];
    }
  }
  return [...rows.map((row, n) => row[8] / row[n]), 1];
}

export function asMatrix([a, b, c, d, e, f, g, h, i]) {
  return `matrix3d(${[a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, i].join(",")})`;
}

// One decimal place of a second is what films are told by.
export const clock = (seconds) => {
  const tenths = Math.round(seconds * 10);
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  const tail = `${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`;
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
};
