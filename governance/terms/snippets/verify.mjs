const { ORIGIN } = globalThis.process?.env ?? globalThis;
const get = async (path) => await (await fetch(ORIGIN + path)).json();

// RFC 8785: keys sorted, no spaces. Enough for our documents, whose numbers are whole.
const canonical = (value) =>
  Array.isArray(value)
    ? `[${value.map(canonical).join(",")}]`
    : value && typeof value === "object"
      ? `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`
      : JSON.stringify(value);

// "z…": base58btc.
const base58 = (text) => {
  const signs = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let number = 0n;
  for (const sign of text.slice(1)) number = number * 58n + BigInt(signs.indexOf(sign));
  const hex = number.toString(16);
  return Uint8Array.from((hex.length % 2 ? `0${hex}` : hex).match(/../g), (pair) => parseInt(pair, 16));
};

const sha256 = async (value) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value))));

const { proof, ...unsigned } = await get("/terms/no-stalking/1.0.0.json");
const { proofValue, ...options } = proof;
const did = await get("/.well-known/did.json");
const method = did.verificationMethod.find((method) => method.id === proof.verificationMethod);
if (!method || !did.assertionMethod.includes(method.id)) throw new Error("An unknown key.");

// The key: two bytes that say Ed25519, then 32 of the key itself.
const raw = base58(method.publicKeyMultibase).slice(2);
const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]).catch(() => null);
if (key) {
  const message = Uint8Array.from([...(await sha256(options)), ...(await sha256(unsigned))]);
  const fits = await crypto.subtle.verify({ name: "Ed25519" }, key, base58(proofValue), message);
  if (!fits) throw new Error("The signature does not fit the document.");
  console.log("signed by", method.id);
} else {
  console.log("This browser cannot check Ed25519 signatures.");
}
