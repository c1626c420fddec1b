// The page that checks a closed poll: starts the worker, shows how far it is and what it found.

const job = JSON.parse(document.getElementById("verify-job").textContent);
const el = (name) => document.getElementById(`verify-${name}`);
const word = (name, values = {}) =>
  Object.entries(values).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, value.toLocaleString(document.documentElement.lang)),
    el("words").querySelector(`[data-word=${name}]`).textContent,
  );

function say(sentence, kind) {
  el("status").textContent = sentence;
  el("status").className = `status ${kind}`;
  el("status").hidden = false;
}

// Each kind of fault once: its sentence, its code, and the ballots or entries it was found in.
function list({ counts, faults }) {
  const entries = Object.entries(counts).map(([code, times]) => {
    const name = document.createElement("dt");
    name.textContent = job.sentences[code];
    const said = document.createElement("dd");
    const named = document.createElement("code");
    named.textContent = code;
    said.append(named);
    if (times > 1) said.append(` ${word("times", { times })}`);
    for (const { where, detail } of faults.filter((fault) => fault.code === code).slice(0, 3)) {
      if (!where && !detail) continue;
      const place = document.createElement("p");
      place.className = "hash";
      place.textContent = `${where} ${detail}`.trim();
      said.append(place);
    }
    return [name, said];
  });
  el("faults").querySelector("dl").replaceChildren(...entries.flat());
}

function done(kind) {
  el("progress").hidden = true;
  el("start").disabled = false;
  el("start").removeAttribute("aria-busy");
  el("start").textContent = word("again");
  el("faults").hidden = kind !== "bad";
  el("held").hidden = kind !== "good";
}

function start() {
  say(word("loading"), "waits");
  el("start").disabled = true;
  el("start").setAttribute("aria-busy", "true");
  el("faults").hidden = el("held").hidden = true;
  el("progress").hidden = false;
  el("progress").removeAttribute("value");
  const worker = new Worker(job.worker, { type: "module" });
  const fail = (reason) => {
    worker.terminate();
    done("failed");
    say(word(reason), "no");
  };
  worker.addEventListener("error", () => fail("download"));
  worker.addEventListener("message", ({ data }) => {
    if (data.progress) {
      const [checked, of] = data.progress;
      el("progress").value = checked / of;
      // Not every step: who listens to the page would hear nothing else.
      if (el("status").textContent === word("loading")) say(word("checking", { done: checked, of }), "waits");
      return;
    }
    if (data.failed) return fail(data.failed);
    worker.terminate();
    const holds = !Object.keys(data.found.counts).length;
    list(data.found);
    done(holds ? "good" : "bad");
    say(holds ? word("good", data.found) : word("bad"), holds ? "good" : "no");
  });
  const urls = structuredClone(job.urls);
  for (const name of ["manifest", "ballots", "result"]) urls[name] = new URL(urls[name], location.href).href;
  for (const entry of urls.entries) entry.url = new URL(entry.url, location.href).href;
  worker.postMessage({ tally: new URL(job.tally, location.href).href, urls });
}

document.getElementById("verify").hidden = false;
if (globalThis.crypto?.subtle) {
  el("start").addEventListener("click", start);
} else {
  el("start").hidden = true;
  say(word("insecure"), "no");
}
