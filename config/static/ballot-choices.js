// The form that one chooses in, in each method: what it holds as `choices`, and choices in words.

import { Ranking } from "./ballot-ranking.js";

const ABSTAIN = "abstain";
const EQUAL = "=";
const RANKED = ["schulze", "stv"];

export class ChoiceForm {
  // `word(name, values)` is a sentence of the page; `announce` reads one to whoever cannot see.
  constructor(form, { word, announce }) {
    this.form = form;
    this.word = word;
    this.method = form.dataset.method;
    this.options = form.querySelector("[data-options]");
    this.labels = new Map(
      [...this.options.querySelectorAll("[data-option]")].map((one) => [one.dataset.option, one.dataset.label]),
    );
    // The order of the manifest: this is read before anything is moved.
    this.order = [...this.labels.keys()];
    this.abstain = form.querySelector("[name=abstain]");
    this.abstain?.addEventListener("change", () => this.#settle());
    const equals = this.method === "schulze";
    this.ranking = RANKED.includes(this.method) ? new Ranking(this.options, { equals, word, announce }) : null;
  }

  // The ballot's `choices`, or null where nothing is chosen.
  read() {
    if (this.abstain?.checked) return [ABSTAIN];
    const chosen = this.ranking
      ? this.ranking.groups.map((group) => this.#sorted(group).join(EQUAL))
      : [...this.options.querySelectorAll("[name=choice]:checked")].map((box) => box.value);
    return chosen.length ? chosen : null;
  }

  // Fill the form with `choices`; null empties it.
  show(choices) {
    const abstains = this.abstain !== null && choices?.[0] === ABSTAIN;
    if (this.abstain) this.abstain.checked = abstains;
    const chosen = abstains ? [] : (choices ?? []);
    if (this.ranking) this.ranking.show(chosen.map((rank) => rank.split(EQUAL)));
    else for (const box of this.options.querySelectorAll("[name=choice]")) box.checked = chosen.includes(box.value);
    this.#settle();
  }

  // What `choices` say, as elements.
  describe(choices) {
    if (this.abstain && choices[0] === ABSTAIN) return [this.#element("p", this.word("abstaining"))];
    if (this.method === "yes_no") return [this.#element("p", this.labels.get(choices[0]))];
    const groups = choices.map((rank) => rank.split(EQUAL).map((id) => this.labels.get(id)));
    const list = document.createElement(this.ranking ? "ol" : "ul");
    list.append(...groups.map((names) => this.#element("li", this.#together(names))));
    const named = choices.flatMap((rank) => rank.split(EQUAL));
    const left = this.order.filter((id) => !named.includes(id)).map((id) => this.labels.get(id));
    if (!left.length) return [list];
    const rest = this.#element("p", this.word(this.ranking ? "leftout" : "notapproved", { names: left.join(", ") }));
    rest.className = "muted";
    return [list, rest];
  }

  // Put the focus where one goes on choosing.
  focus() {
    const first = this.options.querySelector(":checked") ?? (this.abstain?.checked ? this.abstain : null);
    (first ?? this.options.querySelector("input, [data-act=toggle]")).focus();
  }

  // Whoever abstains chooses nothing else; what they had chosen comes back when they do not.
  #settle() {
    if (this.abstain) this.options.disabled = this.abstain.checked;
  }

  #sorted(group) {
    return [...group].sort((one, other) => this.order.indexOf(one) - this.order.indexOf(other));
  }

  #together(names) {
    return names.length > 1 ? this.word("equally", { names: names.join(", ") }) : names[0];
  }

  #element(tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  }
}
