// <file-drop open-url contribution-url csrf>: files and folders dropped or chosen go into one new contribution by tus.
// Words come from data- attributes in the officer's language. Events: `sent` at the end.
import { send } from "./tus.js";

const AT_ONCE = 3;

class FileDrop extends HTMLElement {
  connectedCallback() {
    this.zone = this.querySelector(".drop");
    this.bar = this.querySelector("progress");
    this.status = this.querySelector("[role=status]");
    this.zone.addEventListener("dragover", this);
    this.zone.addEventListener("dragleave", this);
    this.zone.addEventListener("drop", this);
    this.addEventListener("change", this);
  }

  async handleEvent(event) {
    if (event.type === "change" && event.target.type === "file") {
      const files = [...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]);
      event.target.value = "";
      return this.deliver(files);
    }
    if (event.type === "change") return undefined;
    event.preventDefault();
    this.zone.classList.toggle("over", event.type === "dragover");
    return event.type === "drop" ? this.deliver(await dropped(event.dataTransfer)) : undefined;
  }

  async deliver(files) {
    if (!files.length || this.busy) return;
    this.busy = true;
    this.begin(files);
    try {
      const contribution = await this.open(files);
      const waiting = files.slice();
      const lanes = Array.from({ length: AT_ONCE }, () => this.lane(waiting, contribution));
      await Promise.all(lanes);
      await this.close(contribution);
    } catch (error) {
      this.tell("", error.message);
    }
    this.busy = false;
    this.status.textContent = this.failed ? "" : this.dataset.done;
    this.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: { failed: this.failed } }));
    if (!this.failed) setTimeout(() => location.reload(), 1500);
  }

  begin(files) {
    this.failed = 0;
    this.sent = new Map();
    this.size = files.reduce((sum, [, file]) => sum + file.size, 0);
    this.querySelector(".sending").hidden = false;
    this.querySelector(".problems").replaceChildren();
    this.draw(files.length);
  }

  async open(files) {
    const key = "contribution-" + this.getAttribute("open-url");
    const print = await fingerprint(files);
    const [known, id] = (localStorage.getItem(key) ?? " ").split(" ");
    if (known === print) return id;
    const source = this.querySelector("[name=source]").value;
    const made = (await this.ask(this.getAttribute("open-url"), { source })).id;
    localStorage.setItem(key, `${print} ${made}`);
    return made;
  }

  async close(contribution) {
    if (this.failed) return;
    await this.ask(`${this.getAttribute("contribution-url")}/${contribution}/close`, {});
    localStorage.removeItem("contribution-" + this.getAttribute("open-url"));
  }

  async ask(url, body) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.getAttribute("csrf") };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(said.message ?? String(answer.status));
    return said;
  }

  async lane(waiting, contribution) {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [path, file] = next;
      const told = (bytes) => {
        this.sent.set(path, bytes);
        this.draw();
      };
      const url = `${this.getAttribute("contribution-url")}/${contribution}/uploads`;
      const how = { url, csrf: this.getAttribute("csrf"), contribution, told };
      await send(file, path, how).catch((error) => this.tell(path, error.message));
    }
  }

  draw() {
    const bytes = [...this.sent.values()].reduce((sum, part) => sum + part, 0);
    this.bar.value = this.size ? bytes / this.size : 1;
    const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(this.bar.value);
    this.status.textContent = `${this.dataset.sending} ${share}`;
  }

  tell(what, why) {
    this.failed += 1;
    const list = this.querySelector(".problems");
    const line = document.createElement("li");
    const name = document.createElement("bdi");
    name.dir = "ltr";
    name.textContent = what;
    line.append(name, " ", this.dataset.failed, " ", why);
    list.append(line);
    list.hidden = false;
  }
}

async function fingerprint(files) {
  const lines = files.map(([path, file]) => [path, file.size, file.lastModified].join("\t")).sort();
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines.join("\n")));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  return (await Promise.all(entries.map((entry) => walk(entry)))).flat();
}

async function walk(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) return [[path, await new Promise((done, no) => entry.file(done, no))]];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A folder's reader gives at most 100 entries at a time.
    const some = await new Promise((done, no) => reader.readEntries(done, no));
    if (!some.length) break;
    for (const inner of some) found.push(...(await walk(inner)));
  }
  return found;
}
customElements.define("file-drop", FileDrop);
