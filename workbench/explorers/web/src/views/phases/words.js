/** What is said of one network and of the line between vanishing and exploding. */

import { number, numberOfLog, share } from "../../frame/words.js";

const STILL = 0.005; // decades a step: over 100 steps less than a factor 4
const [PERCENT, FRACTION] = [-2, -6]; // log10 down to which a part is said in per cent, as 1/n

/** "loses 0.21 decades a step" */
export function pace(slope) {
  if (slope !== slope) return "is not a number";
  if (slope === -Infinity) return "becomes exactly 0";
  if (Math.abs(slope) < STILL) return "keeps its size";
  return `${slope < 0 ? "loses" : "gains"} ${number(Math.abs(slope), 2)} decades a step`;
}

/** How much of the gradient is there, by its log10: "1/15000 of it is left". */
export function left(log) {
  if (log === -Infinity) return "nothing of it is left (exactly 0)";
  if (!Number.isFinite(log)) return "it is not a number";
  if (Math.abs(log) < 0.05) return "it is as large as at the loss";
  if (log > 0) return `it is ${numberOfLog(log, 2)} times as large`;
  return `${part(log)} of it is left`;
}

/** A part of a whole, by its log10: 30 %, 1/15000, 2.1 × 10⁻⁸. */
export function part(log) {
  if (log > PERCENT) return share(10 ** log);
  return log < FRACTION ? numberOfLog(log, 2) : `1/${Number((10 ** -log).toPrecision(2))}`;
}

/** Where the line is: strings for the sentence. */
export function line({ edge, theory }, units) {
  const tell = (scales) =>
    [[scales[0], 0], [scales.at(-1), 2]].filter(([scale]) => scale === scale)
      .map(([scale, bias], n) => `at ${n ? "" : "weight scale "}${number(scale, 2)} for bias ${bias}`).join(", ");
  const [own, ideal] = [tell(edge), tell(theory)];
  const here = own ? `is ${own}` : "is not seen at bias 0 and 2";
  const name = "the line between vanishing and exploding";
  if (!ideal) return `In this draw of ${units} units ${name} ${here}.`;
  return `In theory ${name} is ${ideal}; in this draw of ${units} units it ${here}.`;
}
