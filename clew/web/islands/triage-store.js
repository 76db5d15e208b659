// What the node knows of a selection: its tiles by place, loaded a page at a time, and acts sent one after the other.
const PAGE = 60;
const KEPT = 60; // pages
const CALM = 70; // ms the view must stand still before its thumbnails are asked for: who flies past them sees none

export class TriageStore {
  constructor({ caseId, csrf, asked, changed }) {
    Object.assign(this, { caseId, csrf, asked, changed });
    this.pages = new Map();
    this.asking = new Set();
    this.stale = new Set();
    this.sent = Promise.resolve();
    this.decided = false;
  }

  async ask(path, body, method = body === undefined ? "GET" : "POST") {
    const headers = { "X-CSRF-Token": this.csrf };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      headers["Idempotency-Key"] = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    }
    const answer = await fetch(`/api/v1${path}`, {
      method, headers, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status === 401) location.reload();
    const said = answer.status === 204 ? null : await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status, said: said?.message });
    return said;
  }

  // The selection of this address: one that was open before (Back brings its place), one handed out, or a new one.
  async open(known) {
    const held = known ? await this.ask(`/selections/${known}`).catch(() => null) : null;
    const opened = held ?? (await this.ask(`/cases/${this.caseId}/selections`, { asked: this.asked }));
    [this.id, this.total] = [opened.id, opened.total];
    return opened;
  }

  tile(at) {
    return this.pages.get(Math.floor(at / PAGE))?.get(at);
  }

  loaded(at) {
    return this.pages.has(Math.floor(at / PAGE));
  }

  wish(low, high) {
    clearTimeout(this.timer);
    const first = Math.floor(Math.max(0, low) / PAGE);
    const last = Math.floor(Math.min(this.total - 1, high) / PAGE);
    const begun = this.pages.size || this.asking.size;
    this.timer = setTimeout(() => this.load(first, last), begun ? CALM : 0);
  }

  load(first, last) {
    for (let page = first; page <= last; page++) {
      if (this.asking.has(page)) continue;
      if (!this.pages.has(page)) this.fetch(page);
      else if (this.stale.delete(page)) this.mark(page);
    }
    for (const page of [...this.pages.keys()]) {
      if (this.pages.size <= KEPT) break;
      if (page < first - 2 || page > last + 2) this.pages.delete(page);
    }
  }

  async fetch(page) {
    this.asking.add(page);
    try {
      const said = await this.ask(`/selections/${this.id}/tiles?start=${page * PAGE}&count=${PAGE}&decided=${this.decided}`);
      this.pages.set(page, new Map(said.tiles.map((tile) => [tile.at, tile])));
      this.changed();
    } catch (error) {
      this.changed(error);
    } finally {
      this.asking.delete(page);
    }
  }

  async mark(page) {
    const said = await this.ask(`/selections/${this.id}/categories?start=${page * PAGE}&count=${PAGE}`).catch(() => null);
    for (const one of said?.categories ?? []) this.put(one.at, one.code === null ? null : one);
    this.changed();
  }

  put(at, said) {
    const tile = this.tile(at);
    if (!tile) return;
    tile.said = tile.said.filter((one) => !one.own);
    if (said) tile.said.push({ own: true, profile_id: said.profile_id, code: said.code, label: said.label });
    tile.version = (tile.version ?? 0) + 1;
  }

  // What is decided may have changed anywhere: pages in sight are asked at once, the others when they come into sight.
  renew(low, high) {
    for (const page of this.pages.keys()) this.stale.add(page);
    this.load(Math.floor(low / PAGE), Math.floor(Math.min(this.total - 1, high) / PAGE));
  }

  // Without what was loaded: for thumbnails that are to be shown or hidden.
  forget() {
    this.pages.clear();
  }

  act(path, body) {
    const done = this.sent.then(() => this.ask(`/cases/${this.caseId}/${path}`, body));
    this.sent = done.catch(() => null);
    return done;
  }

  async until_done(act, told) {
    while (act && (act.state === "waiting" || act.state === "running")) {
      told(act);
      await new Promise((later) => setTimeout(later, 400));
      act = await this.ask(`/acts/${act.id}`);
    }
    return act;
  }
}
