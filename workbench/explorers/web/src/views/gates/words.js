/** The sentence under the gates explorer: what held lines did, a dragged weight, or the gates. */

import { number, share } from "../../frame/words.js";

/** "at the end (2008) h[0] is": the output of the unit at the last step. */
const ending = ({ frame, output, unit }) => `at the end (${frame.name(frame.steps - 1)}) ${output}[${unit}] is`;

const last = (shown, { frame, output }) => number(shown.at(output, frame.steps - 1));

/** clamps: line -> the number at which it is held. */
export function sayHeld(about, clamps) {
  const { shown, free } = about;
  const words = Object.entries(clamps).map(([name, value]) => `${name} held at ${value}`).join(" and ");
  return [`With ${words}, ${ending(about)} ${last(shown, about)}; free, it is ${last(free, about)}.`];
}

/** dragged: {label, value, first}; before: what was shown when the hand took it, or null. */
export function sayDragged(about, { label, value, first }, before) {
  const was = before ? `, before the drag ${last(before, about)}` : "";
  return [`${label} is ${number(value)} (at first ${number(first)}): ${ending(about)} ${last(about.shown, about)}${was}.`];
}

/** What the gates let through at the chosen step, or what a line without gates is made of. */
export function sayStep(about) {
  const { frame, shown, unit, colours, passes } = about;
  const t = frame.step;
  const start = `${frame.name(t)}, unit ${unit}: `;
  const gates = passes.map(([name, what, into]) => [
    [name, colours[name]], ` lets ${share(shown.at(name, t))} of ${what} into ${into}`,
  ]);
  const words = gates.flatMap((part, k) => (k === 0 ? part : [k === gates.length - 1 ? " and " : ", ", ...part]));
  return [start, ...(words.length ? words : sayParts(about)), "."];
}

/** h = tanh(0.3 from x − 0.2 from h[t−1] + 0.1 from b) = 0.19, for a line that is such a sum. */
function sayParts({ frame, shown, unit, output, colours, network, wiring: { sums } }) {
  const t = frame.step;
  const line = output in sums ? output : network.cell.lines.findLast((name) => name in sums);
  const result = `${output} = ${number(shown.at(output, t))}`;
  if (!line) return [result];
  const parts = sums[line].terms.map((term) => {
    const values = network.parameters[term.vector];
    const value = values ? values[Math.min(unit, values.length - 1)] : shown.product(term.product, t);
    return [value, term.vector ?? `${term.of}${term.before ? "[t−1]" : ""}`];
  });
  const sum = parts.map(([value, name], k) => {
    const sign = value < 0 ? "−" : "+";
    const size = `${number(Math.abs(value), 2)} from ${name}`;
    return k === 0 ? (value < 0 ? `−${size}` : size) : ` ${sign} ${size}`;
  }).join("");
  const made = sums[line].function ? `${sums[line].function}(${sum})` : sum;
  const more = line === output ? "" : `, and ${result}`;
  return [[line, colours[line]], ` = ${made} = ${number(shown.at(line, t))}${more}`];
}
