const { ORIGIN } = globalThis.process?.env ?? globalThis;
const get = async (path) => await (await fetch(ORIGIN + path)).json();

const { points } = await get("/ns/terms/vocabulary.json");
const label = (point, code) => points[point].find((word) => word.code === code)?.label ?? code;

const term = await get("/terms/no-stalking/1.0.0.json");
for (const { kind, party, action, ...rest } of term.rules) {
  const narrowed = Object.entries(rest).map(([point, code]) => (points[point] ? label(point, code) : code));
  console.log([`${label("party", party)} ${label("kind", kind)}`, label("action", action), ...narrowed].join(": "));
}
