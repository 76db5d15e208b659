// <media-grid>: arrow keys, Home and End move between the tiles inside; Tab leaves. Links do the rest.
class MediaGrid extends HTMLElement {
  connectedCallback() {
    this.tiles = [...this.querySelectorAll("a.tile")];
    this.tiles.forEach((tile, at) => (tile.tabIndex = at ? -1 : 0));
    this.addEventListener("keydown", this);
    this.addEventListener("focusin", this);
  }

  handleEvent(event) {
    const at = this.tiles.indexOf(event.target.closest("a.tile"));
    if (at < 0) return;
    if (event.type === "focusin") return this.mark(at);
    const to = this.target(event, at);
    if (to === undefined) return;
    event.preventDefault();
    this.tiles[Math.max(0, Math.min(this.tiles.length - 1, to))].focus();
  }

  target(event, at) {
    if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
    const forward = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const moves = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: this.columns, ArrowUp: -this.columns };
    if (event.key in moves) return at + moves[event.key];
    return { Home: 0, End: this.tiles.length - 1 }[event.key];
  }

  get columns() {
    const top = this.tiles[0].offsetTop;
    const next = this.tiles.findIndex((tile) => tile.offsetTop !== top);
    return next < 0 ? this.tiles.length : next;
  }

  mark(at) {
    this.tiles.forEach((tile, n) => (tile.tabIndex = n === at ? 0 : -1));
  }
}
customElements.define("media-grid", MediaGrid);
