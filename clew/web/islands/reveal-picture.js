// <reveal-picture url csrf alt>: asks for a clear picture with a purpose, shows it, and lets go of it.
// The bytes live in one blob: hiding, leaving or losing sight of the page frees them; nothing is cached.
class RevealPicture extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.querySelector(".hide");
    this.problem = this.querySelector("[role=alert]");
    this.form.addEventListener("submit", this);
    this.button.addEventListener("click", this);
    this.addEventListener("keydown", this);
    addEventListener("pagehide", this);
    document.addEventListener("visibilitychange", this);
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this);
    document.removeEventListener("visibilitychange", this);
    this.hide();
  }

  handleEvent(event) {
    if (event.type === "submit") {
      event.preventDefault();
      return this.show();
    }
    if (event.type === "keydown" && event.key !== "Escape") return undefined;
    if (event.type === "visibilitychange" && !document.hidden) return undefined;
    return this.hide();
  }

  async show() {
    this.hide();
    this.problem.hidden = true;
    const asked = (this.asked = new AbortController());
    try {
      const answer = await fetch(this.getAttribute("url"), {
        method: "POST",
        body: JSON.stringify({ purpose: this.form.elements.purpose.value, ...this.time }),
        headers: { "Content-Type": "application/json", "X-CSRF-Token": this.getAttribute("csrf") },
        cache: "no-store",
        signal: asked.signal,
      });
      if (answer.status === 401) location.reload();
      if (!answer.ok) throw await answer.json().catch(() => ({}));
      const bytes = await answer.blob();
      if (asked.signal.aborted) return;
      this.draw(bytes);
      this.querySelector("[data-break]").hidden = !answer.headers.has("clew-break");
    } catch (error) {
      if (asked.signal.aborted) return;
      this.problem.textContent = (error instanceof Error ? "" : error.message) || this.problem.dataset.fallback;
      this.problem.hidden = false;
    }
  }

  // A film is shown as one still, of the second asked for.
  get time() {
    const second = this.form.elements.time;
    return second ? { time: Number(second.value) || 0 } : {};
  }

  draw(bytes) {
    this.address = URL.createObjectURL(bytes);
    this.picture = new Image();
    this.picture.alt = this.getAttribute("alt");
    this.picture.draggable = false;
    this.picture.src = this.address;
    this.append(this.picture);
    this.since = performance.now();
    this.form.hidden = true;
    this.button.hidden = false;
    this.button.focus();
    this.dispatchEvent(new CustomEvent("revealed", { bubbles: true }));
  }

  // For the officer's own counter; it outlives the page, and its loss is no harm.
  tell(seconds) {
    fetch(this.getAttribute("hidden-url"), {
      method: "POST",
      keepalive: true,
      body: JSON.stringify({ seconds }),
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.getAttribute("csrf") },
    }).catch(() => {});
  }

  hide() {
    this.asked?.abort();
    if (!this.picture) return;
    this.picture.remove();
    URL.revokeObjectURL(this.address);
    this.picture = this.address = undefined;
    this.tell((performance.now() - this.since) / 1000);
    this.form.hidden = false;
    this.button.hidden = true;
    this.dispatchEvent(new CustomEvent("hidden-again", { bubbles: true }));
  }
}
customElements.define("reveal-picture", RevealPicture);
