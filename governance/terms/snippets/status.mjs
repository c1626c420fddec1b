const { ORIGIN } = globalThis.process?.env ?? globalThis;
const here = `${ORIGIN}/terms/no-stalking/1.0.0`;

const body = await (await fetch(`${here}.json`)).arrayBuffer();
const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");

// Check its signature as you check the document's.
const status = await (await fetch(`${here}/status.json`)).json();
if (status.sha256 !== hex) throw new Error("This status is about another document.");
if (new Date() > new Date(status.expires)) throw new Error("This status has expired: ask again.");
console.log(status.status, status.successor ?? "", status.reason ?? "");
