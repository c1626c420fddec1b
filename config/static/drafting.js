// Saves what somebody writes while they write. Without it, every form has a button that saves.
"use strict";

const form = document.querySelector("form[data-draft], form[data-begin]");
const status = form && form.querySelector("[data-saved]");
// A pause saves; whoever writes without one is saved all the same.
const PAUSE = 2500;
const LONGEST = 10000;
let waiting = 0;
let saving = false;
let again = false;
let stopped = false;
let unsaved = 0; // When the oldest letter was typed that is not saved; 0 for none.

async function save() {
  if (saving) {
    again = true;
    return;
  }
  saving = true;
  unsaved = 0;
  try {
    const answer = await fetch(form.dataset.draft || form.dataset.begin, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      keepalive: document.visibilityState === "hidden",
    });
    const said = await answer.json();
    if (answer.ok) {
      if (said.url) {
        begun(said.url);
        again = true;
      }
      form.elements.seen.value = said.number;
      status.textContent = form.dataset.savedWord;
    } else {
      status.textContent = said.sentence;
      stopped = said.code !== "too-long";
    }
  } catch {
    // The connection is away: what stands in the form is sent with the next try.
    again = true;
    status.textContent = form.dataset.awayWord;
  } finally {
    saving = false;
  }
  if (again && !stopped) {
    later();
    again = false;
  }
}

function begun(url) {
  const seen = document.createElement("input");
  seen.type = "hidden";
  seen.name = "seen";
  form.append(seen);
  form.dataset.draft = `${url}save/`;
  if (!form.elements.proposal) {
    history.replaceState(null, "", url);
    form.action = url;
    for (const button of form.querySelectorAll("button[type=submit]:not([name])")) {
      button.name = "publish";
      button.value = "1";
    }
    for (const button of form.querySelectorAll("button[formaction]")) button.removeAttribute("formaction");
  }
}

function later() {
  const now = Date.now();
  unsaved ||= now;
  clearTimeout(waiting);
  waiting = setTimeout(save, again ? PAUSE : Math.max(0, Math.min(PAUSE, unsaved + LONGEST - now)));
}

if (form) {
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(waiting);
  });
  form.addEventListener("input", () => {
    if (!stopped) later();
  });
  // Whoever turns to something else may not come back.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && unsaved && !stopped) save();
  });
}
