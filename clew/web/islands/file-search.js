// <file-search csrf>: sends one file with its case and purpose, then shows the page of the answer.
// The file goes straight from the disk to the node; nothing of it is kept here.
class FileSearch extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.problem = this.querySelector("[role=alert]");
    this.form.addEventListener("submit", this);
  }

  async handleEvent(event) {
    event.preventDefault();
    const button = this.form.querySelector("button");
    button.disabled = true;
    this.problem.hidden = true;
    try {
      location.assign(`/search/${await this.ask()}`);
    } catch (error) {
      this.problem.textContent = error.said ?? this.dataset.failed;
      this.problem.hidden = false;
      button.disabled = false;
    }
  }

  async ask() {
    const { file, case: under, purpose } = this.form.elements;
    const about = new URLSearchParams({ purpose: purpose.value, name: file.files[0].name });
    const answer = await fetch(`/api/v1/cases/${under.value}/searches?${about}`, {
      method: "POST",
      body: file.files[0],
      headers: { "X-CSRF-Token": this.getAttribute("csrf"), "Content-Type": "application/octet-stream" },
    });
    if (answer.status === 401) location.reload();
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(), { said: said.message });
    return said.id;
  }
}
customElements.define("file-search", FileSearch);
