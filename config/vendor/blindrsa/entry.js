// What the ballot page needs of @cloudflare/blindrsa-ts, and nothing else: RSABSSA-SHA384-PSS-Randomized
// (RFC 9474) as `blindRSA.blind(key, preparedMessage)` and `blindRSA.finalize(key, preparedMessage, answer, inverse)`.
import { RSABSSA } from "@cloudflare/blindrsa-ts";

globalThis.blindRSA = RSABSSA.SHA384.PSS.Randomized();
