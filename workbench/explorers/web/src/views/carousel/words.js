/** What the carousel's curves say, in words that change with them. Takes numbers, computes none. */

import { number, share } from "../../frame/words.js";
import { logistic } from "../../measures/carousel.js";
import { keeps, lasts, steps } from "./gatecurve.js";

const FEW = 0.05; // of the gradient: when no more enters the cell state, the sentence says why
const FLAT = 2; // |c| from which on tanh(c) is nearly flat
const MORE = 1.05; // times the gradient one step back, from which on it is said to grow

const grown = (part) => part > 1 + 1e-9;

/** What is left of a whole, or by how much it has grown. */
export const left = (part) => (grown(part) ? `${number(part)} times` : share(part));

/** What the gate alone would keep. */
function alone({ biases, halfLives, open }, { start, length }) {
  const [least, most] = [Math.min(...halfLives), Math.max(...halfLives)];
  const gone = share(open[length]);
  const half = least < 1 ? "more than half is gone after the first" : `half is gone after ${steps(least)}`;
  if (start === "constant")
    return `At bias ${number(biases[0])} the gate keeps ${keeps(logistic(biases[0]))} a step: ${half} and ${gone} is left after ${length}.`;
  const who = start === "chrono" ? `The chrono start for ${length} steps gives` : "Their own forget biases give";
  return `${who} the ${biases.length} units half-lives ${most < 1 ? "" : "from "}${lasts(least, most)}: ${gone} is left on average after ${length}.`;
}

/** What arrives in the network itself: how much, and whether it grows. */
function arrives({ left: gradient }, lag) {
  const back = `${lag} ${lag === 1 ? "step" : "steps"} back`;
  if (grown(gradient[lag])) return ` the gradient grows to ${number(gradient[lag])} times ${back}`;
  const more = lag > 1 && gradient[lag] > MORE * gradient[1] ? ", more than one step back" : "";
  return ` ${share(gradient[lag])} of the gradient is left ${back}${more}`;
}

/** Which way it came: what does not come along c is more than half of it where c brings less. */
function way({ left: gradient, alone: along }, { lag, network: { label } }) {
  if (lag === 0 || !(gradient[lag] > 2 * along[lag])) return "";
  return ` With these settings most of the ${label}'s gradient comes through h and the gates rather than through c: along c alone ${share(along[lag])} would be left.`;
}

/**
 * Parts for Frame.say: what the gate alone would keep, and what the gradient in this network does.
 * found: the arrays of the view's `update`. state: {lag, start, length, network}.
 */
export function sentence(found, state) {
  const first = alone(found, state);
  if (found.waiting) return [`${first} The run of this large network follows when you let go.`];
  const { lag, network } = state;
  const others = found.others.flatMap(({ label, key, left: theirs }, n) => {
    const [before, after] = grown(theirs[lag]) ? ["in the ", "it grows to"] : ["the ", "keeps"];
    return [`${n ? "," : ";"} ${before}`, [label, `${key}-text`], ` network ${after} ${left(theirs[lag])}`];
  });
  const full = found.alone[0] < FEW && found.size > FLAT
    ? ` Little gradient enters this cell state: |c| has grown to ${number(found.size, 2)}, where tanh is flat.` : "";
  return [`${first} In this `, [network.label, `${network.key}-text`], arrives(found, lag), ...others, `.${way(found, state)}${full}`];
}
