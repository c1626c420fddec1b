// My roll entry and my ballot receipt: both are checked here, and nothing of either is sent anywhere.

const el = (name) => document.getElementById(`mine-${name}`);
const root = document.getElementById("roll-entry") ?? document.getElementById("receipt");

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const utf8 = (text) => new TextEncoder().encode(text);
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));

// JSON with names in order and no spaces; ASCII strings, small numbers, lists and objects alone.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

const KINDS = { live: "good", good: "good", superseded: "waits", open: "good", looking: "waits" };

function say(word) {
  el("status").textContent = el("words").querySelector(`[data-word=${word}]`).textContent;
  el("status").className = `status ${KINDS[word] ?? "no"}`;
  el("status").hidden = false;
}

class Lost extends Error {}

async function published(url) {
  try {
    const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) return await answer.json();
  } catch {
    // Said below.
  }
  throw new Lost();
}

// ---- my roll entry: RFC 9162, section 2.1.3.2 ----

async function entryHolds({ member, poll, salt, index, path }, { size, root: expected }) {
  let node = await sha256(Uint8Array.of(0), utf8(canonical({ member, poll, salt })));
  let [at, last] = [index, size - 1];
  if (at > last) return false;
  for (const beside of path.map(fromHex)) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      node = await sha256(Uint8Array.of(1), beside, node);
      while (at % 2 === 0 && at) [at, last] = [at >> 1, last >> 1];
    } else {
      node = await sha256(Uint8Array.of(1), node, beside);
    }
    [at, last] = [at >> 1, last >> 1];
  }
  return last === 0 && hex(node) === expected;
}

async function checkEntry() {
  try {
    const { roll } = await published(root.dataset.manifest);
    say((await entryHolds(JSON.parse(el("entry").textContent), roll)) ? "good" : "bad");
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    say("lost");
  }
}

// ---- my receipt ----

function readReceipt(text) {
  try {
    const { type, poll, ballot, signature } = JSON.parse(text);
    if (type !== "BallotReceipt" || !/^[0-9a-f]{64}$/.test(ballot)) return null;
    const bytes = fromBase64(signature);
    return bytes.length === 64 ? { statement: { type, poll, ballot }, signature: bytes } : null;
  } catch {
    return null;
  }
}

// A word of the page that says how the receipt and the published ballots stand to each other.
async function judge({ statement, signature }) {
  const { poll, manifest: manifestUrl, ballots: ballotsUrl } = root.dataset;
  if (statement.poll !== poll) return "other";
  const manifest = await published(manifestUrl);
  const spki = fromBase64(manifest.receiptKey);
  const key = await crypto.subtle.importKey("spki", spki, ECDSA, false, ["verify"]);
  const message = utf8(canonical(statement));
  if (!(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message))) return "forged";
  if (!ballotsUrl) return "open";
  const { ballots } = await published(ballotsUrl);
  const entry = ballots.find((one) => one.hash === statement.ballot);
  if (!entry) return "absent";
  if (hex(await sha256(utf8(canonical(entry.ballot)))) !== statement.ballot) return "changed";
  const later = ballots.some(
    ({ ballot }) => ballot.token === entry.ballot.token && ballot.sequence > entry.ballot.sequence,
  );
  return later ? "superseded" : "live";
}

async function checkReceipt(text) {
  const receipt = readReceipt(text);
  el("found").hidden = true;
  if (!receipt) return say("none");
  say("looking");
  el("check").disabled = true;
  try {
    say(await judge(receipt));
    el("hash").textContent = receipt.statement.ballot;
    el("found").hidden = false;
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    say("lost");
  } finally {
    el("check").disabled = false;
  }
}

if (root) root.hidden = false;
if (root && !globalThis.crypto?.subtle) {
  say("insecure");
} else if (root?.id === "roll-entry") {
  checkEntry();
} else if (root) {
  el("check").addEventListener("click", () => checkReceipt(el("text").value));
  el("file").addEventListener("change", async () => {
    const [file] = el("file").files;
    if (!file) return;
    el("text").value = file.size < 10_000 ? await file.text() : "";
    checkReceipt(el("text").value);
  });
}
