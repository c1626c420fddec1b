// A second implementation of counting: yes/no, approval and Schulze, written from docs/counting.md.
//
// `count` answers the result as it is published, or null for a method that is not counted here; it throws
// where nothing can be counted. Numbers that may be large fractions are BigInt.

const encode = (text) => new TextEncoder().encode(text);
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// RFC 6962: leaves are hashed after 0x00, nodes after 0x01; an odd one out goes up by itself.
export async function merkleRoot(leaves) {
  let level = await Promise.all(leaves.map((leaf) => sha256(joined([0], leaf))));
  if (!level.length) return sha256(new Uint8Array());
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < level.length; at += 2) above.push(sha256(joined([1], level[at], level[at + 1])));
    if (level.length % 2) above.push(level[level.length - 1]);
    level = await Promise.all(above);
  }
  return level[0];
}

// ---- shares ----

export function share(text) {
  const found = /^([0-9]{1,9})\/([1-9][0-9]{0,8})$/.exec(text);
  if (!found || Number(found[1]) > Number(found[2])) throw new Error(`${text} is no share`);
  return [BigInt(found[1]), BigInt(found[2])];
}

const reaches = (votes, [p, q], of) => BigInt(votes) * q >= p * BigInt(of);

function needed(rule, eligible) {
  const [p, q] = share(rule.quorum);
  const least = Number((p * BigInt(eligible) + q - 1n) / q);
  return Math.max(least, rule.foundingMinimum ?? 0);
}

function reduced([p, q]) {
  let [a, b] = [p, q];
  while (b) [a, b] = [b, a % b];
  return q === a ? String(p / a) : `${p / a}/${q / a}`;
}

// ---- the lot ----

async function lotOf(options, seed, hashes) {
  const root = await merkleRoot(hashes.map(fromHex));
  const number = new Map();
  for (const option of options) {
    number.set(option, toHex(await sha256(joined(fromHex(seed), root, encode(option)))));
  }
  return (some) => [...some].sort((one, other) => (number.get(one) < number.get(other) ? -1 : 1));
}

const tie = (step, order) => ({ where: "place", step, candidates: [...order].sort(), how: "lot", order });

// ---- the methods ----

function yesNo({ rule, eligible }, votes) {
  const counts = { yes: 0, no: 0, abstain: 0 };
  for (const [[choice], cast] of votes) counts[choice] = (counts[choice] ?? 0) + cast;
  const { yes, no } = counts;
  const enough = needed(rule, eligible);
  const [quorumMet, majorityMet] = [yes >= enough, yes > no && reaches(yes, share(rule.majority), yes + no)];
  const outcome =
    majorityMet && quorumMet ? "adopted" : majorityMet || yes + no === 0 ? "no_quorum" : "rejected";
  const quorum = { check: "quorum", share: rule.quorum, eligible, needed: enough, inFavour: yes, met: quorumMet };
  if (rule.foundingMinimum !== undefined) quorum.foundingMinimum = rule.foundingMinimum;
  const majority = { check: "majority", share: rule.majority, inFavour: yes, against: no, met: majorityMet };
  return { counts: { yes, no, abstain: counts.abstain }, outcome, explanation: [quorum, majority] };
}

function approval({ rule, eligible, options }, votes, order) {
  const [seats, quorum] = [rule.seats ?? 1, needed(rule, eligible)];
  if (seats > options.length) throw new Error("there are more seats than options");
  const majority = rule.majority ? share(rule.majority) : null;
  const approved = new Map(options.map((option) => [option, 0]));
  let expressed = 0;
  for (const [choices, cast] of votes) {
    if (choices[0] === "abstain") continue;
    expressed += cast;
    for (const option of choices) approved.set(option, approved.get(option) + cast);
  }
  const ranked = [];
  const ties = [];
  for (const number of [...new Set(approved.values())].sort((one, other) => other - one)) {
    const level = order(options.filter((option) => approved.get(option) === number));
    if (level.length > 1 && ranked.length < seats && number) ties.push(tie(ranked.length + 1, level));
    ranked.push(...level);
  }
  const winners = [];
  const rounds = ranked.map((candidate) => {
    const got = approved.get(candidate);
    const quorumMet = got >= Math.max(quorum, 1);
    const majorityMet = !majority || (reaches(got, majority, expressed) && 2 * got > expressed);
    const wins = quorumMet && majorityMet && winners.length < seats;
    if (wins) winners.push(candidate);
    return { candidate, votes: got, quorumMet, majorityMet, wins };
  });
  const short = rounds.some((row) => row.votes && !row.quorumMet);
  const outcome = winners.length ? "elected" : short ? "no_quorum" : "nobody";
  return { outcome, winners, rounds, ties, seats, quorum, majority: majority && reduced(majority) };
}

// above[a][b]: how many ballots rank a above b. What a ballot does not rank is last on it.
function duelsOf(options, votes) {
  const place = new Map(options.map((option, at) => [option, at]));
  const above = options.map(() => options.map(() => 0));
  for (const [choices, cast] of votes) {
    if (choices[0] === "abstain") continue;
    const below = new Set(options.keys());
    for (const group of choices) {
      const level = group.split("=").map((option) => place.get(option));
      for (const one of level) below.delete(one);
      for (const one of level) for (const other of below) above[one][other] += cast;
    }
  }
  return above;
}

function schulze({ rule, eligible, options }, votes, order) {
  const fallback = rule.default ? options.indexOf(rule.default) : null;
  const quorum = needed(rule, eligible);
  const majority = rule.majority ? share(rule.majority) : [1n, 2n];
  if (fallback === -1) throw new Error("the default is none of the options");
  if (fallback === null && (quorum || 2n * majority[0] !== majority[1])) {
    throw new Error("quorum and majority need a default option");
  }
  const above = duelsOf(options, votes);
  const rounds = [];
  const gone = new Set();
  if (fallback !== null) {
    const checks = [];
    for (const one of options.keys()) {
      if (one === fallback) continue;
      const [pro, contra] = [above[one][fallback], above[fallback][one]];
      const quorumMet = pro >= quorum;
      const majorityMet = pro > contra && reaches(pro, majority, pro + contra);
      const dropped = !(quorumMet && majorityMet);
      if (dropped) gone.add(one);
      checks.push({ candidate: options[one], above: pro, below: contra, quorumMet, majorityMet, dropped });
    }
    rounds.push({ step: "default", default: rule.default, checks });
  }
  const standing = [...options.keys()].filter((one) => !gone.has(one));
  // Winning votes: the more are for a defeat the stronger it is and, of as many, the fewer are against it.
  const base = 1 + Math.max(0, ...above.flat());
  const defeat = (one, other) =>
    above[one][other] > above[other][one] ? above[one][other] * base + base - 1 - above[other][one] : 0;
  const strength = options.map((_one, a) => options.map((_other, b) => (a === b ? 0 : defeat(a, b))));
  const { best, paths } = beatPaths(standing, strength);
  let left = schwartzRounds(standing, strength, above, options, rounds);
  let { finish, ties } = orderOfFinish(standing, best, options, order);
  if (fallback === null && !above.flat().some(Boolean)) [left, finish, ties] = [[], [], []];
  const winners = finish.slice(0, 1);
  const outcome = !winners.length ? "nobody" : winners[0] === rule.default ? "default" : "elected";
  const pairwise = new Map(
    options.map((one, a) => [one, new Map(options.flatMap((other, b) => (a === b ? [] : [[other, above[a][b]]])))]),
  );
  return {
    ...{ outcome, winners, rounds, ties, default: rule.default || null, quorum, majority: reduced(majority) },
    ...{ tiedFirst: left, order: finish, dropped: [...gone].sort((a, b) => a - b).map((one) => options[one]) },
    pairwise,
    beatPaths: paths.map((path) => {
      const steps = path.slice(1).map((to, at) => [path[at], to]);
      const [from, to] = steps.reduce((weakest, step) =>
        strength[step[0]][step[1]] < strength[weakest[0]][weakest[1]] ? step : weakest,
      );
      return {
        ...{ from: options[path[0]], to: options[path[path.length - 1]], path: path.map((one) => options[one]) },
        ...{ for: above[from][to], against: above[to][from] },
      };
    }),
  };
}

// The strongest path from each to each; a path is as strong as its weakest step.
function beatPaths(standing, strength) {
  const best = strength.map((row) => [...row]);
  const before = strength.map((row, one) => row.map(() => one));
  for (const through of standing) {
    for (const one of standing) {
      if (one === through || !best[one][through]) continue;
      for (const other of standing) {
        if (other === one || other === through) continue;
        const reached = Math.min(best[one][through], best[through][other]);
        if (reached <= best[one][other]) continue;
        best[one][other] = reached;
        before[one][other] = before[through][other];
      }
    }
  }
  const paths = [];
  for (const one of standing) {
    for (const other of standing) {
      if (one === other || !best[one][other]) continue;
      const path = [other];
      while (path[0] !== one) path.unshift(before[one][path[0]]);
      paths.push(path);
    }
  }
  return { best, paths };
}

// Who, directly or through others, defeats everyone who so defeats them.
function schwartzSet(standing, alive) {
  const reached = new Map(standing.map((one) => [one, new Set(standing.filter((other) => alive[one][other]))]));
  for (const through of standing) {
    for (const one of standing) {
      if (reached.get(one).has(through)) for (const far of reached.get(through)) reached.get(one).add(far);
    }
  }
  return standing.filter((one) =>
    standing.every((other) => !reached.get(other).has(one) || reached.get(one).has(other)),
  );
}

function schwartzRounds(standing, strength, above, options, rounds) {
  const alive = strength.map((row) => [...row]);
  for (;;) {
    const inside = schwartzSet(standing, alive);
    const within = inside.flatMap((one) => inside.filter((other) => alive[one][other]).map((other) => [one, other]));
    const weakest = Math.min(...within.map(([one, other]) => alive[one][other]));
    const falling = within.filter(([one, other]) => alive[one][other] === weakest);
    const set = inside.map((one) => options[one]);
    const dropped = falling.map(([one, other]) => ({
      ...{ winner: options[one], loser: options[other] },
      ...{ for: above[one][other], against: above[other][one] },
    }));
    rounds.push({ step: "schwartz", set, dropped });
    if (!falling.length) return set;
    for (const [one, other] of falling) alive[one][other] = 0;
  }
}

function orderOfFinish(standing, best, options, order) {
  const finish = [];
  const ties = [];
  let left = [...standing];
  while (left.length) {
    const first = left.filter((one) => left.every((other) => best[one][other] >= best[other][one]));
    const drawn = order(first.map((one) => options[one]));
    if (first.length > 1) ties.push(tie(finish.length + 1, drawn));
    finish.push(drawn[0]);
    left = left.filter((one) => options[one] !== drawn[0]);
  }
  return { finish, ties };
}

// `votes` are pairs of choices and how many cast them; `hashes` those of all ballots, in order.
export async function count({ manifest, votes, hashes, issued, seed }) {
  const { method, rule } = manifest;
  const eligible = manifest.roll.size;
  const options = manifest.options.map((option) => option.id);
  const cast = votes.reduce((sum, [, times]) => sum + times, 0);
  if (cast > eligible) throw new Error("there are more ballots than people on the roll");
  const head = { method, eligible, issued, cast };
  const poll = { rule, eligible, options };
  if (method === "yes_no") return { ...head, ...yesNo(poll, votes) };
  const counting = { approval, schulze }[method];
  if (!counting) return null;
  const abstained = votes.reduce((sum, [choices, times]) => sum + (choices[0] === "abstain" ? times : 0), 0);
  return { ...counting(poll, votes, await lotOf(options, seed, hashes)), ...head, abstained };
}
