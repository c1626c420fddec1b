// Ranking options by tapping, by dragging, and by keyboard alone.
//
// The options are the items of two lists, those ranked and those not; each item brings its own buttons
// (data-act). `groups` holds the option ids of each rank, the best first, in the order they stand on the page.

const NEAR_EDGE = 72;
const SCROLL_STEP = 12;

export class Ranking {
  // `equals`: whether options may share a rank. `word(name, values)` is a sentence of the page, and
  // `announce` reads one to whoever cannot see.
  constructor(root, { equals, word, announce }) {
    Object.assign(this, { root, equals, word, announce });
    this.ranked = root.querySelector("[data-list=ranked]");
    this.unranked = root.querySelector("[data-list=unranked]");
    this.items = new Map([...root.querySelectorAll("[data-option]")].map((item) => [item.dataset.option, item]));
    this.groups = [];
    root.addEventListener("click", (event) => this.#onClick(event));
    root.addEventListener("keydown", (event) => this.#onKey(event));
    root.addEventListener("pointerdown", (event) => this.#onGrab(event));
    this.#draw();
  }

  get disabled() {
    return this.root.disabled;
  }

  show(groups) {
    this.groups = groups.map((group) => [...group]);
    this.#draw();
  }

  // ---- what can be done with an option ----

  add(id) {
    this.groups.push([id]);
    this.#done(id);
  }

  remove(id) {
    this.#take(id);
    this.#draw();
    this.announce(this.word("unranked", { name: this.#label(id) }));
  }

  // Above the options it is as good as, or else above the rank before.
  up(id) {
    const rank = this.#rankOf(id);
    const alone = this.groups[rank].length === 1;
    if (alone && rank === 0) return this.announce(this.word("top", { name: this.#label(id) }));
    this.#take(id);
    this.groups.splice(alone ? rank - 1 : rank, 0, [id]);
    return this.#done(id);
  }

  down(id) {
    const rank = this.#rankOf(id);
    const alone = this.groups[rank].length === 1;
    if (alone && rank === this.groups.length - 1) {
      return this.announce(this.word("bottom", { name: this.#label(id) }));
    }
    this.#take(id);
    this.groups.splice(rank + 1, 0, [id]);
    return this.#done(id);
  }

  // As good as the one above it, or, where it is, worse again.
  tie(id) {
    const rank = this.#rankOf(id);
    const place = this.groups[rank].indexOf(id);
    if (place > 0) {
      const group = this.groups[rank];
      this.groups.splice(rank, 1, group.slice(0, place), group.slice(place));
    } else if (rank > 0) {
      this.groups.splice(rank - 1, 2, [...this.groups[rank - 1], ...this.groups[rank]]);
    }
    this.#done(id);
  }

  // Before the option that is now `index`th among the others; between two equal ones it joins them.
  place(id, index) {
    this.#take(id);
    let passed = 0;
    let rank = 0;
    while (rank < this.groups.length && passed + this.groups[rank].length <= index) {
      passed += this.groups[rank].length;
      rank += 1;
    }
    if (index > passed) this.groups[rank].splice(index - passed, 0, id);
    else this.groups.splice(rank, 0, [id]);
    this.#done(id);
  }

  // ---- by tapping and by keyboard ----

  #onClick(event) {
    const button = event.target.closest("[data-act]");
    const id = button?.closest("[data-option]").dataset.option;
    if (!id || this.disabled) return;
    const isRanked = this.#rankOf(id) >= 0;
    const act = button.dataset.act === "toggle" ? (isRanked ? "remove" : "add") : button.dataset.act;
    const following = this.items.get(id).nextElementSibling;
    this[act](id);
    if (act === "add") this.#focus(following ?? this.unranked.lastElementChild ?? this.items.get(id));
    else if (button.checkVisibility?.() ?? button.offsetParent) button.focus({ preventScroll: true });
    else this.#focus(this.items.get(id));
  }

  #onKey(event) {
    const item = event.target.closest("[data-option]");
    const acts = { ArrowUp: "up", ArrowDown: "down", Delete: "remove", Backspace: "remove" };
    const act = acts[event.key];
    if (!item || !act || event.target.dataset.act === undefined || this.disabled) return;
    if (event.altKey || event.ctrlKey || event.metaKey || this.#rankOf(item.dataset.option) < 0) return;
    event.preventDefault();
    this[act](item.dataset.option);
    this.#focus(item);
  }

  #focus(item) {
    const button = item.querySelector("[data-act=toggle]");
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
  }

  // ---- by dragging ----

  #onGrab(event) {
    const handle = event.target.closest("[data-handle]");
    if (!handle || this.disabled || !event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    const item = handle.closest("[data-option]");
    const from = event.clientY + scrollY;
    let at = event.clientY;
    let frame = 0;

    const follow = () => {
      item.style.transform = `translateY(${at + scrollY - from}px)`;
      this.#mark(item, at);
    };
    const scroll = () => {
      const step = at < NEAR_EDGE ? -SCROLL_STEP : at > innerHeight - NEAR_EDGE ? SCROLL_STEP : 0;
      if (step) {
        scrollBy(0, step);
        follow();
      }
      frame = requestAnimationFrame(scroll);
    };
    const move = (moved) => {
      at = moved.clientY;
      follow();
    };
    const end = (ended) => {
      cancelAnimationFrame(frame);
      for (const [name, listener] of listeners) handle.removeEventListener(name, listener);
      item.style.transform = "";
      item.classList.remove("dragged");
      const target = this.#target(item, at);
      this.#mark(item, null);
      if (ended.type !== "pointerup") return;
      const id = item.dataset.option;
      if (target !== null) this.place(id, target);
      else if (this.#rankOf(id) >= 0) this.remove(id);
    };
    const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end]];
    for (const [name, listener] of listeners) handle.addEventListener(name, listener);
    handle.setPointerCapture(event.pointerId);
    item.classList.add("dragged");
    frame = requestAnimationFrame(scroll);
  }

  // Where an item let go at height `y` belongs: its place among the others ranked, or null for none.
  #target(item, y) {
    if (y > this.ranked.parentElement.getBoundingClientRect().bottom) return null;
    const others = [...this.ranked.children].filter((other) => other !== item);
    const above = others.filter((other) => {
      const { top, height } = other.getBoundingClientRect();
      return y > top + height / 2;
    });
    return above.length;
  }

  // Show where it would go; with no height, nowhere.
  #mark(item, y) {
    const target = y === null ? null : this.#target(item, y);
    const others = [...this.ranked.children].filter((other) => other !== item);
    for (const [place, other] of others.entries()) {
      other.classList.toggle("drop-before", target === place);
      other.classList.toggle("drop-after", target === place + 1 && place === others.length - 1);
    }
    this.ranked.parentElement.classList.toggle("drop-here", target !== null);
    this.unranked.parentElement.classList.toggle("drop-here", y !== null && target === null);
  }

  // ---- the lists ----

  #rankOf(id) {
    return this.groups.findIndex((group) => group.includes(id));
  }

  #take(id) {
    this.groups = this.groups.map((group) => group.filter((one) => one !== id)).filter((group) => group.length);
  }

  #label(id) {
    return this.items.get(id).dataset.label;
  }

  #done(id) {
    this.#draw();
    const rank = this.#rankOf(id);
    const others = this.groups[rank].filter((one) => one !== id).map((one) => this.#label(one));
    const values = { name: this.#label(id), rank: rank + 1, ranks: this.groups.length, others: others.join(", ") };
    this.announce(this.word(others.length ? "tied" : "ranked", values));
  }

  // The page as `groups` has it; items that stand where they belong are not touched.
  #draw() {
    const ids = this.groups.flat();
    this.#fill(this.ranked, ids);
    this.#fill(this.unranked, [...this.items.keys()].filter((id) => !ids.includes(id)));
    for (const [id, item] of this.items) {
      const rank = this.#rankOf(id);
      const tied = rank >= 0 && this.groups[rank][0] !== id;
      item.classList.toggle("tied", tied);
      item.querySelector("[data-place]").textContent = rank < 0 ? "" : rank + 1;
      item.querySelector("[data-act=toggle]").setAttribute("aria-pressed", rank >= 0);
      for (const part of item.querySelectorAll("[data-when=ranked]")) part.hidden = rank < 0;
      const tie = item.querySelector("[data-act=tie]");
      if (tie) {
        tie.hidden = id === ids[0] || rank < 0;
        tie.setAttribute("aria-pressed", tied);
      }
    }
    for (const list of [this.ranked, this.unranked]) {
      list.parentElement.querySelector("[data-empty]").hidden = list.children.length > 0;
    }
  }

  #fill(list, ids) {
    for (const [place, id] of ids.entries()) {
      const item = this.items.get(id);
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    }
  }
}
