// The consistency page: checks, in the reader's own browser, what the server says about two checkpoints.
//
// Hashes are those of RFC 6962, proofs are checked as RFC 9162 (section 2.1.4.2) says, and checkpoints
// are signed notes (c2sp.org/signed-note) with Ed25519 signatures by a key of did.json.

const { old: then, new: now, proof } = JSON.parse(document.getElementById("growth").textContent);
const KEYS = new URL(document.querySelector("script[data-keys]").dataset.keys, location.href);
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ED25519 = { name: "Ed25519" };

const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const parent = (left, right) => sha256(joined([1], left, right));

function found(name) {
  document.querySelector(`[data-found=${name}]`).hidden = false;
  document.getElementById("browser").hidden = false;
}

// ---- the tree ----

// Sizes stay below 2^53, and shifts of JavaScript end at 32 bits: so halves, and remainders.
const half = (number) => Math.floor(number / 2);

async function grew(oldSize, oldRoot, newSize, newRoot, hashes) {
  const path = [...hashes];
  if (Number.isInteger(Math.log2(oldSize))) path.unshift(oldRoot);
  if (!path.length) return false;
  let [position, last] = [oldSize - 1, newSize - 1];
  while (position % 2) [position, last] = [half(position), half(last)];
  let [computedOld, computedNew] = [path[0], path[0]];
  for (const node of path.slice(1)) {
    if (last === 0) return false;
    if (position % 2 || position === last) {
      computedOld = await parent(node, computedOld);
      computedNew = await parent(node, computedNew);
      while (position && position % 2 === 0) [position, last] = [half(position), half(last)];
    } else {
      computedNew = await parent(computedNew, node);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && same(computedOld, oldRoot) && same(computedNew, newRoot);
}

async function checkTree() {
  if (then.size === 0) return found("empty");
  const [oldRoot, newRoot] = [fromBase64(then.root), fromBase64(now.root)];
  if (then.size === now.size) return found(same(oldRoot, newRoot) ? "same" : "no-proof");
  const holds = await grew(then.size, oldRoot, now.size, newRoot, proof.map(fromBase64));
  found(holds ? "proof" : "no-proof");
}

// ---- the signatures ----

function fromBase58(text) {
  let number = 0n;
  for (const digit of text) number = number * 58n + BigInt(BASE58.indexOf(digit));
  const bytes = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  return Uint8Array.from(bytes);
}

// The keys of the record that did.json lists: 0xed 0x01 and 32 bytes each, without the first two.
async function publishedKeys() {
  const answer = await fetch(KEYS, { credentials: "omit" });
  if (!answer.ok) throw new Error(`did.json: ${answer.status}`);
  const { verificationMethod } = await answer.json();
  return verificationMethod
    .filter((method) => method.id.includes("#record-"))
    .map((method) => fromBase58(method.publicKeyMultibase.slice(1)).slice(2));
}

// Whether one of `keys` signed the note, and what it signed says what the page says of it.
async function signs(keys, { checkpoint, size, root }) {
  const end = checkpoint.lastIndexOf("\n\n") + 1;
  const text = checkpoint.slice(0, end);
  const [origin, said, hash] = text.split("\n");
  if (said !== String(size) || hash !== root) return false;
  for (const line of checkpoint.slice(end + 1).split("\n")) {
    const [dash, name, encoded] = line.split(" ");
    if (dash !== "\u2014" || name !== origin || !encoded) continue;
    const signature = fromBase64(encoded);
    for (const key of keys) {
      const id = await sha256(joined(utf8(`${name}\n`), [1], key));
      if (!same(signature.slice(0, 4), id.slice(0, 4))) continue;
      const imported = await crypto.subtle.importKey("raw", key, ED25519, false, ["verify"]);
      if (await crypto.subtle.verify(ED25519, imported, signature.slice(4), utf8(text))) return true;
    }
  }
  return false;
}

async function knowsEd25519() {
  try {
    await crypto.subtle.generateKey(ED25519, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

async function checkSignatures() {
  if (!(await knowsEd25519())) return found("no-ed25519");
  let keys;
  try {
    keys = await publishedKeys();
  } catch {
    return found("no-keys");
  }
  const both = (await signs(keys, then)) && (await signs(keys, now));
  found(both ? "signed" : "not-signed");
}

if (globalThis.crypto?.subtle) {
  await checkTree();
  await checkSignatures();
  found("trust");
} else {
  found("no-crypto");
}
