// A voter's side of the protocol: the key, the token's signature, the ballot, the receipt.
//
// docs/voting-protocol.md describes every message. What is signed or hashed is canonical JSON (RFC 8785).
// Ballots and receipts hold nothing but ASCII strings, small whole numbers, lists and objects, for which
// JSON.stringify with sorted keys is exactly that form.

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" };
const RSA_BYTES = 384;
const PREFIX_BYTES = 32;
const UNUSED = { signature: null, sequence: 0, sent: null, receipt: null, draft: null };

// A connection that says nothing for so long (milliseconds) is as good as lost.
const PATIENCE = 60_000;

export const HIGHEST_SEQUENCE = 99;

// This is final: what the server refused (its sentence and code), or what it answered and does not verify
// (the page's word for that).
export class Stopped extends Error {
  constructor({ sentence = "", word = "", code = "" }) {
    super(sentence || word);
    Object.assign(this, { sentence, word, code });
  }
}

// This may pass: nobody knows whether what was sent arrived, and all of it can be sent again.
export class Lost extends Error {
  constructor(word = "lost") {
    super(word);
    this.word = word;
  }
}

const toBase64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

function canonical(value) {
  const sorted = (inner) => {
    if (Array.isArray(inner)) return inner.map(sorted);
    if (inner === null || typeof inner !== "object") return inner;
    return Object.fromEntries(Object.keys(inner).sort().map((key) => [key, sorted(inner[key])]));
  };
  return new TextEncoder().encode(JSON.stringify(sorted(value)));
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function reach(url, options) {
  let response, bytes;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    response = await fetch(url, { cache: "no-store", signal: patience.signal, ...options });
    bytes = await response.arrayBuffer();
  } catch {
    throw new Lost();
  } finally {
    clearTimeout(timer);
  }
  if (response.status === 429) throw new Lost("busy");
  if (response.status >= 500) throw new Lost();
  return { ok: response.ok, status: response.status, bytes };
}

// The JSON of an answer. What is not ours (a page of a hotel's network, half an answer) is as good as none.
async function post(url, body, { headers = {}, ...options }) {
  const { ok, status, bytes } = await reach(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
    ...options,
  });
  let answer;
  try {
    answer = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Lost();
  }
  if (status === 401 || status === 403) throw new Stopped({ word: "signedout" });
  if (!ok) throw new Stopped({ sentence: answer.detail, word: "refused", code: answer.code });
  return answer;
}

// Whoever votes in one poll. A pass is {key: JWK, prefix, blinded, inverse}, `blinded` what we are asked to
// sign and `inverse` the secret that uncovers the answer; and how far it has come: {signature, sequence,
// sent, receipt, draft}. `sent` is a ballot that went out and was not answered yet, `draft` the choices that
// were reviewed and not cast: both go when the receipt arrives.
export class Protocol {
  constructor({ poll, manifest, manifestSha256, issue, cast }, csrfToken) {
    Object.assign(this, { poll, issue, cast, csrfToken });
    this.manifestUrl = manifest;
    this.manifestSha256 = manifestSha256;
    this.manifest = null;
  }

  // Throws Lost, or Stopped for a manifest that is not the one the page names.
  async load() {
    const { ok, bytes } = await reach(this.manifestUrl, {});
    if (!ok) throw new Lost();
    if ((await sha256(bytes)) !== this.manifestSha256) throw new Stopped({ word: "broken" });
    this.manifest = JSON.parse(new TextDecoder().decode(bytes));
  }

  // Compare what the page shows with the hashes that the manifest froze. `texts` are {title, question,
  // options: {id: text}}. Answers a list of {id, sha256, text, fits}: `id` is null for title and question,
  // `text` undefined and `fits` null where the page has none.
  async compare({ title, question, options }) {
    const asked = [
      { id: null, sha256: this.manifest.titleSha256, text: title },
      { id: null, sha256: this.manifest.textSha256, text: question },
      ...this.manifest.options.map(({ id, textSha256 }) => ({ id, sha256: textSha256, text: options[id] })),
    ];
    return Promise.all(
      asked.map(async (one) => {
        if (one.text === undefined) return { ...one, fits: null };
        return { ...one, fits: (await sha256(new TextEncoder().encode(one.text))) === one.sha256 };
      }),
    );
  }

  async newPass() {
    const pair = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
    const key = await crypto.subtle.exportKey("jwk", pair.privateKey);
    const pass = { key, prefix: toBase64(random(PREFIX_BYTES)), ...UNUSED };
    const { blindedMsg, inv } = await blindRSA.blind(await this.#issuerKey(), await this.#prepared(pass));
    return { ...pass, blinded: toBase64(blindedMsg), inverse: toBase64(inv) };
  }

  // The voting pass as a file holds it, and back: throws for anything that is none of this poll's.
  writePass({ key, prefix, blinded, inverse }) {
    return JSON.stringify({ type: "VotingPass", poll: this.poll, prefix, blinded, inverse, key }, null, 2);
  }

  async readPass(text) {
    const { type, poll, prefix, blinded, inverse, key } = JSON.parse(text);
    if (type !== "VotingPass" || poll !== this.poll) throw new Error("not a pass for this poll");
    const lengths = [prefix, blinded, inverse].map((number) => fromBase64(number).length);
    if (String(lengths) !== String([PREFIX_BYTES, RSA_BYTES, RSA_BYTES])) throw new Error("not a pass");
    const pass = { key, prefix, blinded, inverse, ...UNUSED };
    await crypto.subtle.importKey("jwk", key, ECDSA, false, ["sign"]);
    await this.#tokenOf(pass);
    return pass;
  }

  // Have the token signed unread, once; the same message is answered again, so a lost answer can be asked
  // for. Answers the signature over the token, checked.
  async take(pass) {
    const answer = await post(this.issue, { blinded: pass.blinded }, {
      credentials: "same-origin",
      headers: { "X-CSRFToken": this.csrfToken },
    });
    try {
      const [key, message] = [await this.#issuerKey(), await this.#prepared(pass)];
      const answered = fromBase64(answer.blind_signature);
      return toBase64(await blindRSA.finalize(key, message, answered, fromBase64(pass.inverse)));
    } catch {
      throw new Stopped({ word: "broken" });
    }
  }

  // A ballot under the pass's next number, signed with the token's key.
  async sign(pass, choices) {
    const ballot = {
      poll: this.poll,
      token: toBase64(await this.#tokenOf(pass)),
      signatures: [{ issuer: this.manifest.issuers[0].id, prefix: pass.prefix, signature: pass.signature }],
      sequence: pass.sequence + 1,
      choices,
      salt: toBase64(random(32)),
    };
    const key = await crypto.subtle.importKey("jwk", pass.key, ECDSA, false, ["sign"]);
    const proof = await crypto.subtle.sign(ECDSA_SHA256, key, canonical(ballot));
    return { ballot, proof: toBase64(proof) };
  }

  // Cast it without cookies: casting does not tell who casts. Answers the receipt, checked.
  async send(signed) {
    const receipt = await post(this.cast, signed, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!(await this.#promises(receipt, signed).catch(() => false))) throw new Stopped({ word: "broken" });
    return receipt;
  }

  async #promises({ signature, ...statement }, { ballot }) {
    const bytes = fromBase64(this.manifest.receiptKey);
    const key = await crypto.subtle.importKey("spki", bytes, ECDSA, false, ["verify"]);
    return (
      statement.type === "BallotReceipt" &&
      statement.poll === this.poll &&
      statement.ballot === (await sha256(canonical(ballot))) &&
      (await crypto.subtle.verify(ECDSA_SHA256, key, fromBase64(signature), canonical(statement)))
    );
  }

  // The key that the poll's tokens are signed with, as its manifest names it.
  #issuerKey() {
    const spki = fromBase64(this.manifest.issuers[0].spki);
    return crypto.subtle.importKey("spki", spki, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
  }

  async #tokenOf(pass) {
    const { kty, crv, x, y } = pass.key;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ECDSA, true, ["verify"]);
    return new Uint8Array(await crypto.subtle.exportKey("raw", key));
  }

  async #prepared(pass) {
    return new Uint8Array([...fromBase64(pass.prefix), ...(await this.#tokenOf(pass))]);
  }
}
