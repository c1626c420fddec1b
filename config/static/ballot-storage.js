// What this browser keeps: one voting pass for each poll and voter, shared by all its tabs.
//
// Every change reads what is there in the same transaction, so that a second tab neither makes a second
// pass nor writes an old one over a newer. Where nothing can be kept, the pass lives as long as the page.

const NAME = "customer-commons";
const PASSES = "passes";

export class PassStore {
  constructor(key) {
    this.key = key;
    this.available = true;
    this.memory = null;
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(`${NAME}:${key}`) : null;
  }

  // `told` is called whenever another tab changed what is kept.
  listen(told) {
    this.channel?.addEventListener("message", told);
  }

  // What is kept, or null.
  get() {
    return this.#change((kept) => kept);
  }

  // Keep `pass` unless there is one already; answers the one that is kept then.
  adopt(pass) {
    return this.#change((kept) => kept ?? pass);
  }

  // Keep `pass` in place of whatever there is.
  replace(pass) {
    return this.#change(() => pass);
  }

  // Note what became of `pass`; a pass that was removed or replaced meanwhile is left alone.
  update(pass, news) {
    return this.#change((kept) => (kept?.blinded === pass.blinded ? { ...kept, ...news } : kept));
  }

  forget() {
    return this.#change(() => null);
  }

  // Do `act` while no other tab does.
  alone(act) {
    return navigator.locks ? navigator.locks.request(`${NAME}:${this.key}`, act) : act();
  }

  async #change(decide) {
    let before = this.memory;
    let after = decide(before);
    try {
      [before, after] = await this.#transact(decide);
    } catch {
      this.available = false;
    }
    this.memory = after;
    if (after !== before) this.channel?.postMessage("changed");
    return after;
  }

  async #transact(decide) {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(PASSES);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(PASSES, "readwrite", { durability: "strict" });
        const passes = transaction.objectStore(PASSES);
        const asked = passes.get(this.key);
        let before, after;
        asked.onsuccess = () => {
          before = asked.result ?? null;
          after = decide(before);
          if (after === null) passes.delete(this.key);
          else if (after !== before) passes.put(after, this.key);
        };
        transaction.oncomplete = () => resolve([before, after]);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }
}
