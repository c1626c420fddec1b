// The ballot page: choose, review, cast, keep the receipt. Whatever breaks on the way, it goes on from there.

import { ChoiceForm } from "./ballot-choices.js";
import { HIGHEST_SEQUENCE, Lost, Protocol, Stopped } from "./ballot-protocol.js";
import { PassStore } from "./ballot-storage.js";

const root = document.getElementById("ballot");
const el = (name) => document.getElementById(`ballot-${name}`);
const { poll, voter, taken } = root.dataset;
const STEPS = ["choose", "review", "done"];
// A second click on “Review” is not one on “Cast”, which appears under the finger.
const SETTLED_AFTER = 400;

const protocol = new Protocol(root.dataset, root.querySelector("[name=csrfmiddlewaretoken]").value);
const store = new PassStore(`${poll}:${voter}`);
const form = new ChoiceForm(el("choose"), { word, announce });

let pass = null;
let step = "";

function word(name, values = {}) {
  const sentence = el("words").querySelector(`[data-word=${name}]`).textContent;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function announce(sentence) {
  el("said").textContent = sentence;
}

function say(name, kind = "", sentence = "") {
  const said = sentence || (name && word(name));
  el("status").textContent = said;
  el("status").className = `status ${kind}`;
  el("status").hidden = !said;
}

function sayFault(fault) {
  if (!(fault instanceof Stopped) && !(fault instanceof Lost)) throw fault;
  say(fault.word, "no", fault.sentence);
}

// ---- where one is ----

// Nothing is cast; one was sent and nobody knows; it is cast; it is cast and another is being made.
function stage() {
  if (pass?.sent) return "unsure";
  if (!pass?.receipt) return "notcast";
  return step === "done" ? "cast" : "changing";
}

// Show a step as the pass has it. `focus`: the voter moved here, so what they came to takes the focus.
function show(next, { focus = false } = {}) {
  step = next;
  for (const name of STEPS) el(name).hidden = name !== step;
  const at = stage();
  el("stage").hidden = !step;
  el("stage").textContent = word(`stage-${at}`);
  el("stage").className = `tag ${at === "cast" ? "good" : "waits"}`;
  el("back-to-cast").hidden = step !== "choose" || !pass?.receipt;
  if (step === "review") fillReview(at);
  if (step === "done") fillDone();
  if (!focus) return;
  if (step === "choose") form.focus();
  else el(step).querySelector("h3").focus();
}

// The same, as a step that the Back button comes back from.
function moveTo(next) {
  history.pushState(place(next), "");
  show(next, { focus: true });
}

function place(next) {
  return { step: next, sequence: pass?.sequence ?? 0 };
}

// The step for what is kept and for where the browser's history says we are. A choice made before the last
// ballot was cast is over.
function stepNow() {
  const asked = history.state;
  if (asked?.step === "choose" && asked.sequence === (pass?.sequence ?? 0)) return "choose";
  if (pass?.sent || pass?.draft) return "review";
  return pass?.receipt ? "done" : "choose";
}

function fillReview(at) {
  const choices = pass.draft ?? pass.sent.ballot.choices;
  el("choice").replaceChildren(...form.describe(choices));
  el("sofar").textContent = word(at === "notcast" ? "nothing" : at === "unsure" ? "unsure" : "stands");
  for (const part of el("review").querySelectorAll("[data-when]")) {
    part.hidden = part.dataset.when !== (store.available ? "stored" : "unstored");
  }
  offer(el("pass"), protocol.writePass(pass), `voting-pass-${poll.slice(0, 8)}.json`);
  settle(el("cast"));
}

function settle(button) {
  button.disabled = true;
  setTimeout(() => {
    button.disabled = isBusy(button);
  }, SETTLED_AFTER);
}

function fillDone() {
  el("hash").textContent = pass.receipt.ballot;
  offer(el("receipt"), JSON.stringify(pass.receipt, null, 2), `ballot-receipt-${poll.slice(0, 8)}.json`);
  document.getElementById("poll-state").textContent = word("state");
  say("cast", "good");
}

function offer(link, content, name) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = name;
}

// ---- what one does ----

const isBusy = (button) => button.hasAttribute("aria-busy");

// Disable a button while what it started goes on: a second click starts nothing.
async function busy(button, act) {
  if (isBusy(button)) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (fault) {
    sayFault(fault);
  } finally {
    button.removeAttribute("aria-busy");
    if (!(button === el("cast") && step !== "review")) button.disabled = false;
  }
}

async function onReview() {
  const draft = form.read();
  if (draft === null) {
    say("nochoice", "waits");
    form.focus();
    return;
  }
  say(pass ? "" : "making", "waits");
  pass = (await store.get()) ?? (await store.adopt(await protocol.newPass()));
  pass = (await store.update(pass, { draft })) ?? pass;
  say("");
  moveTo("review");
}

async function onCast() {
  if (!store.available && !el("saved").checked) {
    say("save", "waits");
    return;
  }
  // What is on the screen is what is cast, whatever another tab was chosen in meanwhile.
  const choices = pass.draft ?? pass.sent.ballot.choices;
  await store.alone(() => castBallot(choices));
  history.replaceState(place("done"), "");
  form.show(null);
  show("done", { focus: true });
}

async function castBallot(choices) {
  pass = await store.get();
  if (pass === null) {
    leave();
    throw new Stopped({ word: "gone" });
  }
  if (!pass.signature) {
    say("asking", "waits");
    await note({ signature: await protocol.take(pass).catch(notMine) });
  }
  say("casting", "waits");
  // Another browser with the same pass may have used the next number: then the one after it is tried.
  for (;;) {
    if (pass.sequence >= HIGHEST_SEQUENCE) throw new Stopped({ word: "last" });
    // What went out and was not answered is sent again as it was: it is counted once.
    const again = String(pass.sent?.ballot.choices) === String(choices);
    const sent = again ? pass.sent : await protocol.sign(pass, choices);
    await note({ sent });
    try {
      const receipt = await protocol.send(sent);
      await note({ receipt, sequence: sent.ballot.sequence, sent: null, draft: null });
      return;
    } catch (fault) {
      if (!(fault instanceof Stopped)) throw fault;
      const used = fault.code === "sequence-taken";
      await note({ sent: null, draft: choices, ...(used && { sequence: sent.ballot.sequence }) });
      if (!used) throw fault;
    }
  }
}

// Keep what became of the pass.
async function note(news) {
  await store.update(pass, news);
  pass = { ...pass, ...news };
}

// Somebody's ballot was taken with another pass: this one will never be signed.
async function notMine(fault) {
  if (fault.code === "already-issued") {
    await store.forget();
    leave();
  }
  throw fault;
}

// There is no pass here any more.
function leave() {
  pass = null;
  show("");
  el("other").open = true;
}

async function onForget() {
  await store.forget();
  leave();
  el("other").open = false;
  say("forgotten", "good");
}

async function onFile() {
  const [file] = el("file").files;
  if (!file) return;
  const loaded = await file.text().then((text) => protocol.readPass(text)).catch(() => null);
  el("file").value = "";
  if (loaded === null) {
    say("notpass", "no");
    return;
  }
  const kept = await store.get();
  if (kept?.signature && kept.blinded !== loaded.blinded) {
    say("otherpass", "no");
    return;
  }
  pass = kept?.blinded === loaded.blinded ? kept : await store.replace(loaded);
  el("other").open = false;
  moveTo("choose");
  say("loaded", "good");
}

// Whether every text on the page is the one that was frozen: shows which is not, and all of them word for word.
async function compareTexts() {
  const { labels } = form;
  const compared = await protocol.compare(JSON.parse(el("texts").textContent));
  const names = [word("title"), word("question")];
  const named = compared.map((one, at) => ({ ...one, name: one.id === null ? names[at] : (labels.get(one.id) ?? one.id) }));
  const known = named.every(({ id }) => id === null || labels.has(id)) && named.length === labels.size + names.length;
  const wrong = named.filter(({ fits }) => fits === false).map(({ name }) => name);
  if (wrong.length || !known) {
    throw new Stopped({ sentence: word("othertext", { names: wrong.join(", ") || word("options") }) });
  }
  el("exact").replaceChildren(
    ...named.map(({ name, text, sha256 }) => {
      const part = el("exact-part").content.cloneNode(true);
      part.querySelector("[data-part=name]").textContent = name;
      part.querySelector("[data-part=text]").textContent = text ?? word("notext");
      part.querySelector("[data-part=hash]").textContent = sha256;
      return part;
    }),
  );
  el("compared").hidden = false;
}

// Another tab of this browser did something: what it kept is what we go on with.
async function onNews() {
  if (isBusy(el("cast"))) return;
  const before = pass;
  pass = await store.get();
  if (pass === null && before !== null) {
    leave();
    say("gone", "waits");
  } else if (pass !== null && step) {
    say("");
    show(step === "choose" ? "choose" : stepNow());
  }
}

// ---- the beginning ----

async function begin() {
  el("again").hidden = true;
  try {
    await protocol.load();
    await compareTexts();
  } catch (fault) {
    sayFault(fault);
    el("again").hidden = !(fault instanceof Lost);
    return;
  }
  say("");
  el("other").hidden = false;
  pass = await store.get();
  form.show(pass?.draft ?? pass?.sent?.ballot.choices ?? null);
  if (!pass && taken === "yes") {
    say("elsewhere", "waits");
    el("other").open = true;
    return;
  }
  show(stepNow());
  history.replaceState(place(step), "");
}

function start() {
  el("loading").hidden = true;
  root.hidden = false;
  if (!globalThis.crypto?.subtle) {
    say("insecure", "no");
    return;
  }
  el("choose").addEventListener("submit", (event) => {
    event.preventDefault();
    busy(el("choose").querySelector("[type=submit]"), onReview);
  });
  el("cast").addEventListener("click", () => busy(el("cast"), onCast));
  for (const button of [el("back"), el("change")]) {
    button.addEventListener("click", () => {
      say("");
      moveTo("choose");
    });
  }
  el("back-to-cast").addEventListener("click", async () => {
    await note({ draft: null });
    form.show(null);
    moveTo("done");
  });
  el("again").addEventListener("click", begin);
  el("forget").addEventListener("click", onForget);
  el("file").addEventListener("change", onFile);
  store.listen(onNews);
  addEventListener("popstate", () => {
    say("");
    if (step) show(stepNow(), { focus: true });
  });
  // A page that the browser kept and shows again may be older than what is kept.
  addEventListener("pageshow", (event) => event.persisted && onNews());
  begin();
}

start();
