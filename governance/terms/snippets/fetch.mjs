const { ORIGIN } = globalThis.process?.env ?? globalThis;

const index = await (await fetch(`${ORIGIN}/terms/index.json`)).json();
const row = index.terms.find((row) => row.slug === "no-stalking" && row.version === "1.0.0");
const body = await (await fetch(ORIGIN + row.document)).arrayBuffer();

const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
if (hex !== row.sha256) throw new Error("The document is not the one that the index names.");

const term = JSON.parse(new TextDecoder().decode(body));
console.log(term.title.en, hex);
for (const rule of term.rules) console.log(rule.party, rule.kind, rule.action);
