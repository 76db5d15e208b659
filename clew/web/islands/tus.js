// A small tus 1.0 client over fetch: creates an upload, sends it in pieces, and goes on where it stopped.
// What it remembers in the browser is a hash and an address on this node, never a file name.
const PIECE = 8 * 1024 * 1024;
const TRIES = 5;
const BYTES = "application/offset+octet-stream";

/** Send one file; `told(bytes)` hears how far it is. Resolves when the server holds all of it. */
export async function send(file, path, { url, csrf, contribution, told }) {
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRF-Token": csrf };
  const key = await memory(file, path, contribution);
  for (let tries = 0; ; tries += 1) {
    try {
      if (file.size <= PIECE) {
        await create(file, path, url, headers, file);
        return told(file.size);
      }
      let { address, offset } = (await resume(key, headers)) ?? (await create(file, path, url, headers));
      localStorage.setItem(key, address);
      while (offset < file.size) {
        offset = await piece(address, file, offset, headers);
        told(offset);
        tries = 0;
      }
      localStorage.removeItem(key);
      return undefined;
    } catch (error) {
      if (error.final || tries + 1 >= TRIES) throw error;
      await new Promise((later) => setTimeout(later, 500 * 2 ** tries));
    }
  }
}

async function memory(file, path, contribution) {
  const name = new TextEncoder().encode([contribution, path, file.size, file.lastModified].join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", name));
  return "tus-" + [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function resume(key, headers) {
  const address = localStorage.getItem(key);
  if (!address) return undefined;
  const answer = await fetch(address, { method: "HEAD", headers, cache: "no-store" });
  if (answer.ok) return { address, offset: Number(answer.headers.get("Upload-Offset")) };
  localStorage.removeItem(key);
  return undefined;
}

// A file of one piece travels in the creating request: half the requests for a folder of pictures.
async function create(file, path, url, headers, body) {
  const about = { ...headers, "Upload-Length": String(file.size), "Upload-Metadata": `path ${base64(path)}` };
  if (body) about["Content-Type"] = BYTES;
  const answer = await fetch(url, { method: "POST", headers: about, body });
  await expect(answer, 201);
  return { address: answer.headers.get("Location"), offset: 0 };
}

async function piece(address, file, offset, headers) {
  const answer = await fetch(address, {
    method: "PATCH",
    headers: { ...headers, "Upload-Offset": String(offset), "Content-Type": BYTES },
    body: file.slice(offset, offset + PIECE),
  });
  await expect(answer, 204);
  return Number(answer.headers.get("Upload-Offset"));
}

async function expect(answer, status) {
  if (answer.status === status) return;
  const said = await answer.json().catch(() => ({}));
  const error = new Error(said.message ?? String(answer.status));
  error.final = answer.status >= 400 && answer.status < 500 && answer.status !== 409 && answer.status !== 423;
  throw error;
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
