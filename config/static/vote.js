// The ballot page: makes the voter's key, takes a ballot, casts it, keeps the receipt.
//
// docs/voting-protocol.md describes every message. What is signed or hashed is canonical JSON (RFC 8785).
// Ballots and receipts hold nothing but ASCII strings, small whole numbers, lists and objects, for which
// JSON.stringify with sorted keys is exactly that form.

const root = document.getElementById("ballot");
const { poll, voter, taken, issue, cast, manifest: manifestUrl, manifestSha256 } = root.dataset;
const el = (name) => document.getElementById(`ballot-${name}`);
const word = (name) => el("words").querySelector(`[data-word=${name}]`).textContent;

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" };
const HIGHEST_SEQUENCE = 99;
const UNUSED = { signature: null, sequence: 0, sent: null, receipt: null };

// A refusal by the server (its sentence), or a word of the page for anything else that stops us.
class Stopped extends Error {
  constructor(sentence, code = "") {
    super(sentence);
    this.code = code;
  }
}

// ---- bytes ----

const toBase64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const utf8 = (text) => new TextEncoder().encode(text);

function canonical(value) {
  const sorted = (inner) => {
    if (Array.isArray(inner)) return inner.map(sorted);
    if (inner === null || typeof inner !== "object") return inner;
    return Object.fromEntries(Object.keys(inner).sort().map((key) => [key, sorted(inner[key])]));
  };
  return utf8(JSON.stringify(sorted(value)));
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- what this browser keeps ----

// {key: JWK, prefix, blinded, inverse, signature, sequence, sent, receipt}: the voting pass, and how far it
// has come. `blinded` is what we are asked to sign, `inverse` the secret that uncovers the answer.
// `sent` is a ballot that went out and was not answered yet; it goes when the receipt arrives.
const store = {
  available: true,
  memory: null,
  async open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open("customer-commons", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("passes");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  },
  async run(mode, act) {
    const database = await this.open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction("passes", mode, { durability: "strict" });
        const request = act(transaction.objectStore("passes"));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  },
  async get() {
    try {
      return (await this.run("readonly", (passes) => passes.get(`${poll}:${voter}`))) ?? null;
    } catch {
      this.available = false;
      return this.memory;
    }
  },
  async put(pass) {
    this.memory = pass;
    try {
      await this.run("readwrite", (passes) => passes.put(pass, `${poll}:${voter}`));
    } catch {
      this.available = false;
    }
  },
  async forget() {
    this.memory = null;
    try {
      await this.run("readwrite", (passes) => passes.delete(`${poll}:${voter}`));
    } catch {
      this.available = false;
    }
  },
};

// ---- the protocol ----

let manifest;

async function loadManifest() {
  const response = await reach(manifestUrl, {});
  const bytes = await response.arrayBuffer();
  if ((await sha256(bytes)) !== manifestSha256) throw new Stopped(word("broken"));
  manifest = JSON.parse(new TextDecoder().decode(bytes));
}

async function newPass() {
  const pair = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const key = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const pass = { key, prefix: toBase64(random(32)), ...UNUSED };
  const { blindedMsg, inv } = await blindRSA.blind(await issuerKey(), await prepared(pass));
  return { ...pass, blinded: toBase64(blindedMsg), inverse: toBase64(inv) };
}

// The key that the poll's tokens are signed with, as its manifest names it.
function issuerKey() {
  const spki = fromBase64(manifest.issuers[0].spki);
  return crypto.subtle.importKey("spki", spki, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
}

async function tokenOf(pass) {
  const { kty, crv, x, y } = pass.key;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ECDSA, true, ["verify"]);
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

async function prepared(pass) {
  return new Uint8Array([...fromBase64(pass.prefix), ...(await tokenOf(pass))]);
}

// Have the token signed unread, once; the same message is answered again, so a lost answer can be asked for.
async function takeBallot(pass) {
  const answer = await post(issue, { blinded: pass.blinded }, {
    credentials: "same-origin",
    headers: { "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  const [key, message] = [await issuerKey(), await prepared(pass)];
  const answered = fromBase64(answer.blind_signature);
  // It checks the signature that it uncovers.
  const uncovered = blindRSA.finalize(key, message, answered, fromBase64(pass.inverse));
  const signature = await uncovered.catch(() => {
    throw new Stopped(word("broken"));
  });
  pass.signature = toBase64(signature);
}

async function sign(pass, choice) {
  const ballot = {
    poll,
    token: toBase64(await tokenOf(pass)),
    signatures: [{ issuer: manifest.issuers[0].id, prefix: pass.prefix, signature: pass.signature }],
    sequence: pass.sequence + 1,
    choices: [choice],
    salt: toBase64(random(32)),
  };
  const key = await crypto.subtle.importKey("jwk", pass.key, ECDSA, false, ["sign"]);
  const proof = await crypto.subtle.sign(ECDSA_SHA256, key, canonical(ballot));
  return { ballot, proof: toBase64(proof) };
}

// Cast what was sent before, or a new ballot under the next free number: another browser with the same
// pass may have used some.
async function castBallot(pass, choice) {
  for (;;) {
    const signed = pass.sent ?? (await sign(pass, choice));
    pass.sent = signed;
    await store.put(pass);
    try {
      // No cookies: casting does not tell who casts.
      const receipt = await post(cast, signed, { credentials: "omit", referrerPolicy: "no-referrer" });
      await checkReceipt(signed, receipt);
      Object.assign(pass, { receipt, sequence: signed.ballot.sequence, sent: null });
      await store.put(pass);
      return;
    } catch (stopped) {
      if (!(stopped instanceof Stopped)) throw stopped;
      pass.sent = null;
      if (stopped.code === "sequence-taken" && signed.ballot.sequence < HIGHEST_SEQUENCE) {
        pass.sequence = signed.ballot.sequence;
        continue;
      }
      await store.put(pass);
      throw stopped;
    }
  }
}

async function checkReceipt(signed, receipt) {
  const { signature, ...statement } = receipt;
  const bytes = fromBase64(manifest.receiptKey);
  const key = await crypto.subtle.importKey("spki", bytes, ECDSA, false, ["verify"]);
  const promised =
    statement.type === "BallotReceipt" &&
    statement.poll === poll &&
    statement.ballot === (await sha256(canonical(signed.ballot)));
  const holds = await crypto.subtle.verify(
    ECDSA_SHA256, key, fromBase64(signature), canonical(statement),
  );
  if (!promised || !holds) throw new Stopped(word("broken"));
}

async function reach(url, options) {
  try {
    return await fetch(url, { cache: "no-store", ...options });
  } catch {
    throw new TypeError(word("lost"));
  }
}

async function post(url, body, { headers = {}, ...options }) {
  const response = await reach(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
    ...options,
  });
  const answer = await response.json().catch(() => ({}));
  // A refusal is final; anything else that is wrong may pass, and what was sent is kept.
  if (response.status >= 500 || response.status === 429) throw new TypeError(word("lost"));
  if (!response.ok) throw new Stopped(answer.detail ?? word("lost"), answer.code);
  return answer;
}

// ---- the page ----

const STEPS = ["choose", "review", "done"];
let pass = null;
let choice = null;

function show(step) {
  for (const name of STEPS) el(name).hidden = name !== step;
}

// Where the voter moved on by themselves, what they came to takes the focus.
function moveTo(step) {
  show(step);
  el(step).querySelector("h3, input:checked, input").focus();
}

function say(sentence, kind = "") {
  el("status").textContent = sentence;
  el("status").className = `status ${kind}`;
  el("status").hidden = !sentence;
}

function offer(link, content, name) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = name;
}

function offerPass() {
  const { key, prefix, blinded, inverse } = pass;
  const content = JSON.stringify({ type: "VotingPass", poll, prefix, blinded, inverse, key }, null, 2);
  offer(el("pass"), content, `voting-pass-${poll.slice(0, 8)}.json`);
}

function showDone() {
  el("hash").textContent = pass.receipt.ballot;
  offer(el("receipt"), JSON.stringify(pass.receipt, null, 2), `ballot-receipt-${poll.slice(0, 8)}.json`);
  document.getElementById("poll-state").textContent = word("state");
  say(word("cast"), "good");
}

async function showReview() {
  if (pass === null) {
    say(word("making"), "waits");
    pass = await newPass();
    await store.put(pass);
    say("");
  }
  offerPass();
  for (const part of el("review").querySelectorAll("[data-when]")) {
    part.hidden = part.dataset.when !== (store.available ? "stored" : "unstored");
  }
  const chosen = choice ?? pass.sent.ballot.choices[0];
  el("choice").textContent = root.querySelector(`input[value="${chosen}"]`).dataset.label;
}

async function onCast() {
  if (!store.available && !el("saved").checked) {
    say(word("save"), "waits");
    return;
  }
  el("cast").disabled = true;
  el("cast").setAttribute("aria-busy", "true");
  try {
    if (!pass.signature) {
      say(word("asking"), "waits");
      await takeBallot(pass);
      await store.put(pass);
    }
    say(word("casting"), "waits");
    await castBallot(pass, choice);
    showDone();
    moveTo("done");
  } catch (stopped) {
    say(stopped.message, "no");
  } finally {
    el("cast").disabled = false;
    el("cast").removeAttribute("aria-busy");
  }
}

async function onFile() {
  const [file] = el("file").files;
  if (!file) return;
  try {
    const { type, poll: theirs, prefix, blinded, inverse, key } = JSON.parse(await file.text());
    if (type !== "VotingPass" || theirs !== poll || fromBase64(prefix).length !== 32) throw new Error();
    if ([blinded, inverse].some((number) => fromBase64(number).length !== 384)) throw new Error();
    const loaded = { key, prefix, blinded, inverse, ...UNUSED };
    await crypto.subtle.importKey("jwk", key, ECDSA, false, ["sign"]);
    await tokenOf(loaded);
    pass = loaded;
  } catch {
    say(word("notpass"), "no");
    return;
  }
  await store.put(pass);
  say(word("loaded"), "good");
  el("other").open = false;
  moveTo("choose");
}

async function start() {
  root.hidden = false;
  if (!crypto.subtle) {
    el("other").hidden = true;
    say(word("insecure"), "no");
    return;
  }
  el("choose").addEventListener("submit", async (event) => {
    event.preventDefault();
    choice = new FormData(el("choose")).get("choice");
    if (pass) pass.sent = null;
    say("");
    const button = el("choose").querySelector("button");
    button.disabled = true;
    await showReview().finally(() => {
      button.disabled = false;
    });
    moveTo("review");
  });
  el("cast").addEventListener("click", onCast);
  for (const button of [el("back"), el("change")]) {
    button.addEventListener("click", () => {
      say("");
      moveTo("choose");
    });
  }
  el("forget").addEventListener("click", async () => {
    await store.forget();
    pass = null;
    show("");
    say(word("forgotten"), "good");
  });
  el("file").addEventListener("change", onFile);

  try {
    await loadManifest();
  } catch (stopped) {
    el("other").hidden = true;
    say(stopped.message, "no");
    return;
  }
  pass = await store.get();
  if (pass?.sent) {
    say(word("unsure"), "waits");
    await showReview();
    show("review");
  } else if (pass?.receipt) {
    showDone();
    show("done");
  } else if (!pass && taken === "yes") {
    say(word("elsewhere"), "waits");
    el("other").open = true;
  } else {
    show("choose");
  }
}

start();
