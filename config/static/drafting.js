// Saves what somebody writes while they write. Without it, every form has a button that saves.
"use strict";

const form = document.querySelector("form[data-draft], form[data-begin]");
const status = form && form.querySelector("[data-saved]");
const PAUSE = 2500;
let waiting = 0;
let saving = false;
let again = false;
let stopped = false;

async function save() {
  if (saving) {
    again = true;
    return;
  }
  saving = true;
  try {
    const answer = await fetch(form.dataset.draft || form.dataset.begin, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
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
    again = true; // The connection is away: what stands in the form is sent with the next try.
  } finally {
    saving = false;
  }
  if (again && !stopped) {
    again = false;
    later();
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
  clearTimeout(waiting);
  waiting = setTimeout(save, PAUSE);
}

if (form) {
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(waiting);
  });
  form.addEventListener("input", () => {
    if (!stopped) later();
  });
}
