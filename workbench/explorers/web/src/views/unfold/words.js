/** The sentence under the unfold explorer, in each of its three moods. */

import { number, share } from "../../frame/words.js";

/** What has come back of a gradient that began as 1: 12 %; above 1, 1.96 times. */
export const part = (value) => (value > 1 && number(value) !== "1" ? `${number(value)} times` : share(value));

const quoted = (reading, word) => (reading.letters ? `“${word}”` : word);
const times = (count) => (count === 2 ? "twice" : `${count} times`);
const stepsOf = (count) => (count === 1 ? "1 step" : `${count} steps`);

/** What the cell reads at step t and hands on. at(t): what a step is called. */
export function sayForward({ network, trace, reading, lengthOf, reached, same, t, at }) {
  const states = Object.keys(lengthOf).map((s) => `${s} of norm ${number(lengthOf[s][t], 2)}`);
  const ends = t === reached.at
    ? `; here the loss looks at ${reached.output}.`
    : `; ${same} serve all ${trace.steps} steps.`;
  const reads = quoted(reading, reading.word(t));
  return [`At ${at(t)} `, ["the cell", `${network.key}-text`], ` reads ${reads} and hands on ${states.join(" and ")}${ends}`];
}

/** What an edit of step t did to the output there and at the end. */
export function sayEdit({ told, reading, reached, t, at }) {
  const { output, at: last } = reached;
  const { moved } = told;
  const [now, was] = [reading.x, reading.first].map((x) => quoted(reading, reading.word(t, x)));
  const later = t === last ? "" : `, and at ${at(last)}, ${stepsOf(last - t)} later, by ${number(moved[last], 2)}`;
  return [`At ${at(t)} the cell now reads ${now}, at first ${was}: ${output} moves there by ${number(moved[t], 2)}${later} (norm of the change).`];
}

/** What is left of the gradient at step t. */
export function sayBackward({ network, reached, t, at }) {
  const { output, carried } = reached;
  const back = reached.at - t;
  const gradient = ["gradient", "back-text"];
  const units = network.units(output);
  if (!back) {
    const rest = Object.keys(carried).filter((state) => state !== output);
    const zero = rest.length ? ` ${rest.map((state) => `dL/d${state}`).join(" and ")} starts at 0: the loss sees ${rest.join(" and ")} only through ${output}.` : "";
    return [`The loss looks at ${output} of ${at(t)} alone: there the `, gradient,
      ` dL/d${output} is 1/√${units} = ${number(1 / Math.sqrt(units))} in every unit, of norm 1.${zero}`];
  }
  const states = Object.entries(carried);
  const along = (state) => (states.length > 1 ? ` along ${state}` : "");
  const ways = back === 1
    ? "once back through the cell and its weights."
    : `${times(back)} back through the same cell: the same weights, new slopes of its functions each time.`;
  const start = `Back at ${at(t)}, ${stepsOf(back)} before the loss, `;
  const shrunk = states.filter(([, values]) => part(values[t]).endsWith("times") === false);
  const grown = states.filter((own) => !shrunk.includes(own));
  const left = shrunk.map(([s, values]) => share(values[t]) + along(s)).join(" and ");
  const more = grown.map(([s, values]) => part(values[t]) + along(s)).join(" and ");
  if (!grown.length) return [`${start}${left} of the `, gradient, ` is left: ${ways}`];
  const less = left ? `, and ${left} is left` : "";
  return [`${start}the `, gradient, ` has grown to ${more}${less}: ${ways}`];
}
