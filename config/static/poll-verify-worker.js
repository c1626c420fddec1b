// Checks what is published of a poll, trusting nobody; docs/voting-protocol.md has every step and every code.
//
// In: {tally, files} or {tally, urls}. Out: {progress: [done, of]} and, once, {found} or {failed: "…"}.

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" };
const PSS = { name: "RSA-PSS", saltLength: 48 };
const METHODS = ["yes_no", "approval", "schulze", "stv", "equal_shares"];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const CHOICE = /^[a-z0-9][a-z0-9-]{0,39}(?:=[a-z0-9][a-z0-9-]{0,39}){0,99}$/;
const MOST = 200;
const MOST_PLACES = 100;
const AT_ONCE = 64;

let tally;

// ---- bytes ----

const utf8 = (text) => new TextEncoder().encode(text);
const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const sha256 = async (bytes) => hex(await digest(bytes));
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// RFC 8785: names in order, no spaces; a Map stands for an object whose names may be numbers.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
}

class Malformed extends Error {}

function need(holds, what) {
  if (!holds) throw new Malformed(what);
}

function base64(text, length) {
  need(typeof text === "string", "no base64");
  let raw;
  try {
    raw = atob(text);
  } catch {
    throw new Malformed("no base64");
  }
  need(btoa(raw) === text && (length === undefined || raw.length === length), "not as it is written here");
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
}

function exactly(value, ...names) {
  need(isObject(value) && Object.keys(value).sort().join() === names.sort().join(), `not ${names}`);
  return value;
}

// ---- what was found ----

class Faults {
  counts = {};
  found = [];
  add(code, where = "", detail = "") {
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (this.counts[code] <= MOST_PLACES) this.found.push({ code, where, detail });
  }
  extend({ counts, found }) {
    for (const [code, times] of Object.entries(counts)) this.counts[code] = (this.counts[code] ?? 0) + times;
    this.found.push(...found);
  }
}

// ---- 1. the manifest ----

async function readManifest(text) {
  const document = JSON.parse(text);
  need(isObject(document) && document.type === "PollManifest", "its type");
  need(Array.isArray(document.issuers) && document.issuers.length, "its issuers");
  const issuers = new Map();
  for (const { id, spki } of document.issuers) {
    const bytes = base64(spki);
    need((await sha256(bytes)) === id, "an issuer's id");
    const key = await crypto.subtle.importKey("spki", bytes, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
    need(key.algorithm.modulusLength === 3072, "an issuer's key");
    issuers.set(id, key);
  }
  await crypto.subtle.importKey("spki", base64(document.receiptKey), ECDSA, false, ["verify"]);
  const { rule, roll, method } = document;
  need(METHODS.includes(method), "its method");
  tally.share(rule.quorum);
  if (rule.majority || method === "yes_no") {
    const [p, q] = tally.share(rule.majority);
    need(2n * p >= q, "its majority");
  }
  need(rule.foundingMinimum === undefined || rule.foundingMinimum >= 1, "its least number");
  const options = document.options.map((option) => option.id);
  need(Number.isSafeInteger(roll.size) && "root" in roll && "poll" in document && "seedSha256" in document, "its parts");
  return { document, issuers, options, method, sha256: await sha256(utf8(canonical(document))) };
}

// ---- 2. the record ----

async function readEntries(poll, entries, faults) {
  const said = { opened: null, closed: null, committed: [], commitments: 0 };
  for (const { hash, text } of entries) {
    if ((await sha256(tally.joined([0], utf8(text)))) !== hash) {
      faults.add("record-altered", hash);
      continue;
    }
    let content;
    try {
      content = JSON.parse(text);
    } catch {
      content = null;
    }
    if (!isObject(content) || canonical(content) !== text) {
      faults.add("record-unreadable", hash);
      continue;
    }
    if (content.poll !== poll) continue;
    if (content.type === "poll.opened" || content.type === "poll.closed") {
      const which = content.type.slice("poll.".length);
      if (said[which]) faults.add("entry-twice", hash);
      said[which] ??= content;
    } else if (content.type === "poll.ballots-committed") {
      const { hashes } = content;
      if (!Array.isArray(hashes) || !hashes.every((one) => typeof one === "string")) {
        faults.add("record-unreadable", hash);
        continue;
      }
      said.committed.push(...hashes);
      said.commitments += 1;
    }
  }
  if (!said.opened) faults.add("opened-missing");
  return said;
}

function checkOpened({ opened }, { document, issuers, sha256: own }, faults) {
  if (!opened) return;
  const { rule, roll, method, opensAt, closesAt, seedSha256 } = document;
  if (opened.manifestSha256 !== own) faults.add("manifest-altered");
  if (opened.rollSize !== roll.size || opened.rollRoot !== roll.root) faults.add("roll-altered");
  const { quorum, majority, seats } = rule;
  const said = { quorum, majority, seats, method, opensAt, closesAt, seedSha256, issuerKeys: [...issuers.keys()] };
  for (const [name, value] of Object.entries(said)) {
    if (canonical(opened[name] ?? null) !== canonical(value ?? null)) faults.add("opened-differs", "", name);
  }
}

// ---- 3. each ballot ----

async function readBallot(entry) {
  exactly(entry, "hash", "superseded", "ballot", "proof");
  const { ballot } = entry;
  exactly(ballot, "poll", "token", "signatures", "sequence", "choices", "salt");
  const token = base64(ballot.token, 65);
  need(token[0] === 4, "the token");
  const key = await crypto.subtle.importKey("raw", token, ECDSA, false, ["verify"]).catch(() => null);
  need(key, "the token");
  need(Number.isInteger(ballot.sequence) && ballot.sequence >= 1 && ballot.sequence <= 99, "the sequence");
  need(typeof ballot.poll === "string" && UUID.test(ballot.poll), "the poll");
  for (const list of [ballot.signatures, ballot.choices]) {
    need(Array.isArray(list) && list.length >= 1 && list.length <= MOST, "a list");
  }
  const signatures = ballot.signatures.map((one) => {
    exactly(one, "issuer", "prefix", "signature");
    need(typeof one.issuer === "string" && SHA256.test(one.issuer), "an issuer");
    return { issuer: one.issuer, prefix: base64(one.prefix, 32), signature: base64(one.signature, 384) };
  });
  need(ballot.choices.every((one) => typeof one === "string" && CHOICE.test(one)), "a choice");
  base64(ballot.salt, 32);
  const bytes = utf8(canonical(ballot));
  const hash = await sha256(bytes);
  return { ballot, token, key, signatures, proof: base64(entry.proof, 64), bytes, hash };
}

// Whether the choices are a vote of this method, written the one way.
function fits(choices, method, options) {
  if (method === "yes_no") return choices.length === 1 && options.includes(choices[0]);
  if (choices.length === 1 && choices[0] === "abstain") return true;
  const ranks = choices.map((text) => text.split("="));
  const named = ranks.flat();
  if (new Set(named).size < named.length || !named.every((one) => options.includes(one))) return false;
  if (method !== "schulze" && ranks.some((rank) => rank.length > 1)) return false;
  const ordered = method === "schulze" || method === "stv" ? ranks : [named];
  return ordered.every((rank) => rank.every((one, at) => !at || options.indexOf(rank[at - 1]) < options.indexOf(one)));
}

async function isIssued({ token, signatures }, issuers) {
  const named = signatures.map((one) => one.issuer).sort().join();
  if (named !== [...issuers.keys()].sort().join()) return false;
  for (const { issuer, prefix, signature } of signatures) {
    const message = tally.joined(prefix, token);
    if (!(await crypto.subtle.verify(PSS, issuers.get(issuer), signature, message))) return false;
  }
  return true;
}

// One entry by itself: the row it is for the rest, and what is wrong with it.
async function checkEntry(entry, manifest) {
  const faults = new Faults();
  const where = isObject(entry) && typeof entry.hash === "string" ? entry.hash : "";
  let read;
  try {
    read = await readBallot(entry);
  } catch (malformed) {
    if (!(malformed instanceof Malformed)) throw malformed;
    faults.add("ballot-malformed", where, malformed.message);
    return { faults, row: null };
  }
  const { ballot, hash } = read;
  if (hash !== where) faults.add("hash-wrong", where);
  if (ballot.poll !== manifest.document.poll) faults.add("ballot-of-another-poll", hash);
  const fit = fits(ballot.choices, manifest.method, manifest.options);
  if (!fit) faults.add("unknown-choice", hash);
  if (!(await isIssued(read, manifest.issuers))) faults.add("token-not-issued", hash);
  if (!(await crypto.subtle.verify(ECDSA_SHA256, read.key, read.proof, read.bytes))) faults.add("proof-wrong", hash);
  const choices = fit ? ballot.choices : null;
  return { faults, row: { token: ballot.token, sequence: ballot.sequence, hash, choices, superseded: entry.superseded } };
}

async function checkEntries(entries, manifest, faults) {
  const rows = [];
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries.slice(at, at + AT_ONCE);
    for (const checked of await Promise.all(some.map((entry) => checkEntry(entry, manifest)))) {
      faults.extend(checked.faults);
      if (checked.row) rows.push(checked.row);
    }
    postMessage({ progress: [Math.min(at + AT_ONCE, entries.length), entries.length] });
  }
  return rows;
}

// ---- 4. all ballots together ----

// Of one token the highest sequence counts; of one sequence used twice, the lower hash.
const counts = (one, other) =>
  one.sequence !== other.sequence ? one.sequence > other.sequence : one.hash < other.hash;

function liveOf(rows) {
  const live = new Map();
  for (const row of rows) {
    const there = live.get(row.token);
    if (!there || counts(row, there)) live.set(row.token, row);
  }
  return live;
}

function checkOrder(entries, faults) {
  const seen = new Set();
  let [last, inOrder] = ["", true];
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    const where = typeof entry.hash === "string" ? entry.hash : "";
    if (where && seen.has(where)) faults.add("ballot-twice", where);
    seen.add(where);
    inOrder &&= last <= where;
    last = where;
  }
  if (!inOrder) faults.add("order-wrong");
}

function checkSequences(rows, faults) {
  const used = new Map();
  for (const { token, sequence, hash } of rows) {
    const name = `${token} ${sequence}`;
    if (!used.has(name)) used.set(name, hash);
    else if (used.get(name) !== hash) faults.add("sequence-twice", hash);
  }
}

function checkCommitted(rows, committed, faults) {
  const there = new Set(rows.map((row) => row.hash));
  const promised = new Set();
  for (const hash of committed) {
    if (promised.has(hash)) faults.add("committed-twice", hash);
    promised.add(hash);
  }
  for (const hash of promised) if (!there.has(hash)) faults.add("ballot-dropped", hash);
  for (const hash of there) if (!promised.has(hash)) faults.add("ballot-added", hash);
}

async function checkTogether(bundle, rows, manifest, recorded, faults) {
  const { issued, seed } = bundle;
  const { document } = manifest;
  if (bundle.poll !== document.poll || bundle.manifestSha256 !== manifest.sha256) faults.add("other-poll");
  const seedBytes = typeof seed === "string" && SHA256.test(seed) ? fromHex(seed) : new Uint8Array();
  if ((await sha256(seedBytes)) !== document.seedSha256) faults.add("seed-altered");
  checkOrder(bundle.ballots, faults);
  checkSequences(rows, faults);
  const live = liveOf(rows);
  for (const { token, hash, superseded } of rows) {
    if (superseded !== (live.get(token).hash !== hash)) faults.add("superseded-wrong", hash);
  }
  if (!Number.isSafeInteger(issued) || issued < 0) faults.add("issued-unreadable");
  else {
    if (live.size > issued) faults.add("more-than-issued");
    if (issued > document.roll.size) faults.add("more-than-roll");
  }
  checkCommitted(rows, recorded.committed, faults);
  return Number.isSafeInteger(issued) && seedBytes.length > 0;
}

// ---- 5. the result ----

// {result, head}: the result counted here, null where the method is not; and the figures that every method has.
async function countAgain(bundle, rows, { document }, faults) {
  const fitting = rows.filter((row) => row.choices);
  const votes = new Map();
  for (const { choices } of liveOf(fitting).values()) {
    const name = choices.join(" ");
    votes.set(name, [choices, (votes.get(name)?.[1] ?? 0) + 1]);
  }
  const hashes = fitting.map((row) => row.hash).sort();
  const cast = [...votes.values()].reduce((sum, [, times]) => sum + times, 0);
  const job = { manifest: document, votes: [...votes.values()], hashes, issued: bundle.issued, seed: bundle.seed };
  try {
    const result = await tally.count(job);
    return { result, head: { eligible: document.roll.size, issued: bundle.issued, cast } };
  } catch (impossible) {
    faults.add("count-impossible", "", impossible.message);
    return null;
  }
}

async function checkResult(text, again, recorded, manifest, faults) {
  const { closed } = recorded;
  const isRecorded = !closed || closed.resultSha256 === (await sha256(utf8(text)));
  if (!isRecorded) faults.add("result-altered");
  let published = null;
  try {
    published = JSON.parse(text);
  } catch {
    // It differs from any result.
  }
  const figures = again?.result ?? again?.head;
  const held = again?.result ? published : again && isObject(published) && pick(published, Object.keys(again.head));
  if (!figures || !held || canonical(held) !== canonical(figures)) faults.add("result-differs");
  if (!closed) return faults.add("closed-missing");
  if (closed.keysDestroyed !== true) faults.add("keys-kept");
  if (closed.manifestSha256 !== manifest.sha256) faults.add("manifest-altered");
  // Where nothing was counted here, who won is taken from the file, if it is the recorded one.
  const said = again?.result ?? (again && { ...(isRecorded ? published : pick(closed, ["winners", "outcome"])), ...again.head });
  for (const name of said ? ["eligible", "issued", "cast", "counts", "winners", "outcome"] : []) {
    if (canonical(closed[name] ?? null) !== canonical(said[name] ?? null)) faults.add("closed-differs", "", name);
  }
}

const pick = (value, names) => Object.fromEntries(names.map((name) => [name, value[name] ?? null]));

// ---- all of it ----

async function verify({ manifest: manifestText, ballots, result, entries }) {
  let faults = new Faults();
  let manifest;
  try {
    manifest = await readManifest(manifestText);
  } catch (unreadable) {
    faults.add("manifest-unreadable", "", unreadable.message);
    return { faults };
  }
  const recorded = await readEntries(manifest.document.poll, entries, faults);
  checkOpened(recorded, manifest, faults);
  let bundle = null;
  try {
    bundle = JSON.parse(ballots);
  } catch {
    // It is no file of ballots either.
  }
  if (!isObject(bundle) || bundle.type !== "PollBallots" || !Array.isArray(bundle.ballots)) {
    faults.add("bundle-unreadable");
    return { faults };
  }
  if (recorded.closed && recorded.closed.bundleSha256 !== (await sha256(utf8(ballots)))) faults.add("bundle-altered");
  const rows = await checkEntries(bundle.ballots, manifest, faults);
  const countable = await checkTogether(bundle, rows, manifest, recorded, faults);
  if (!countable) faults.add("count-impossible");
  const again = countable ? await countAgain(bundle, rows, manifest, faults) : null;
  await checkResult(result, again, recorded, manifest, faults);
  return { faults, ballots: rows.length, commitments: recorded.commitments, counted: Boolean(again?.result) };
}

class NotThere extends Error {}

async function fetched(url) {
  const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
  if (answer.status === 404) throw new NotThere(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

async function download({ manifest, ballots, result, entries }) {
  const files = { entries: [] };
  for (const { hash, url } of entries) files.entries.push({ hash, text: await fetched(url) });
  [files.manifest, files.result] = [await fetched(manifest), await fetched(result)];
  files.ballots = await fetched(ballots);
  return files;
}

addEventListener("message", async ({ data }) => {
  try {
    tally = await import(data.tally);
    const files = data.files ?? (await download(data.urls));
    const { faults, ...found } = await verify(files);
    postMessage({ found: { ...found, faults: faults.found, counts: faults.counts } });
  } catch (error) {
    // A connection that breaks is a TypeError too; a program that fails is not the reader's to mend.
    postMessage({ failed: error instanceof NotThere ? "missing" : "download", why: String(error) });
  }
});
