/** The sentence under the unfold explorer, in each of its three moods. */

import { changes } from "./measures/unfold.js";
import { number, share } from "./words.js";

const quoted = (reading, word) => (reading.letters ? `“${word}”` : word);
const times = (count) => (count === 2 ? "twice" : `${count} times`);
const stepsOf = (count) => (count === 1 ? "1 step" : `${count} steps`);

/** What the cell reads at step t and hands on. at(t): what a step is called. */
export function sayForward({ network, trace, reading, lengthOf, reached, same, t, at }) {
  const states = Object.keys(lengthOf).map((s) => `${s} of length ${number(lengthOf[s][t], 2)}`);
  const ends = t === reached.at
    ? `; here the loss looks at ${reached.output}.`
    : `; ${same} serve all ${trace.steps} steps.`;
  const reads = quoted(reading, reading.word(t));
  return [`At ${at(t)} `, ["the cell", `${network.key}-text`], ` reads ${reads} and hands on ${states.join(" and ")}${ends}`];
}

/** What an edit of step t did to the output there and at the end. */
export function sayEdit({ network, trace, reading, reached, t, at }) {
  const { output, at: last } = reached;
  const first = network.run(reading.first).line(output);
  const moved = changes(trace.line(output), first, network.units(output));
  const [now, was] = [reading.x, reading.first].map((x) => quoted(reading, reading.word(t, x)));
  const later = t === last ? "." : `, and at ${at(last)}, ${stepsOf(last - t)} later, by ${number(moved[last], 2)}.`;
  return [`At ${at(t)} the cell now reads ${now}, at first ${was}: ${output} moves there by ${number(moved[t], 2)}${later}`];
}

/** What is left of the gradient at step t. */
export function sayBackward({ network, reached, t, at }) {
  const { output, carried } = reached;
  const back = reached.at - t;
  const gradient = ["gradient", "back-text"];
  const units = network.units(output);
  if (!back)
    return [`The loss looks at ${output} of ${at(t)} alone: there the `, gradient,
      ` dL/d${output} is 1/√${units} = ${number(1 / Math.sqrt(units))} in every unit, of length 1.`];
  const states = Object.entries(carried);
  const left = states.map(([s, values]) => share(values[t]) + (states.length > 1 ? ` along ${s}` : ""));
  const ways = back === 1
    ? "once back through the cell and its weights."
    : `${times(back)} back through the same cell, the same weights with new slopes each time.`;
  const start = `Back at ${at(t)}, ${stepsOf(back)} before the loss, `;
  if (states.some(([, values]) => values[t] > 1))
    return [`${start}the `, gradient, ` has grown to ${left.join(" and ")}: ${ways}`];
  return [`${start}${left.join(" and ")} of the `, gradient, ` is left: ${ways}`];
}
