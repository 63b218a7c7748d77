/** Words of the gradients explorer and the room they take: margins, names, the hint. */

import { make } from "../../frame/controls.js";

export const LEFT = { least: 96, most: 144, leader: 24 };
export const RIGHT = { least: 92, most: 136, leader: 16 };

export const widthOf = (text) => {
  const ink = (widthOf.ink ??= make("canvas").getContext("2d"));
  ink.font = '600 12px system-ui, "DejaVu Sans", sans-serif';
  return ink.measureText(text).width;
};

/** A margin that has room for texts, as far as it may. */
export const room = ({ least, most, leader }, texts) =>
  Math.min(most, Math.max(least, leader + Math.max(...texts.map(widthOf))));

/**
 * What the curve of a state beside the output is: the norm of the gradient by it over all ways,
 * with the cell's other states held as they are at that step. states: of the cell, in order.
 */
export function byState(state, states) {
  const [only, ...more] = states.filter((other) => other !== state);
  return `∂L/∂${state} (${more.length ? "others" : only} held)`;
}

/** What stands at the step of the loss. */
export function lossAt({ values, kind }, step) {
  const name = values?.[step] ?? `step ${step}`;
  return `loss at ${kind === "label" ? `“${name}”` : name}`;
}

export const signedTwo = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** Numbers of units: the one that all have, or least and most. */
function spanOf(values) {
  const ends = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(2).replace("-", "−"));
  return ends[0] === ends[1] ? ends[0] : `${ends[0]} to ${ends[1]}`;
}

/** The beginning of a name that has room. */
export function fitted(name, room) {
  if (widthOf(name) <= room) return name;
  let end = name.length;
  while (end > 1 && widthOf(`${name.slice(0, end)}…`) > room) end--;
  return `${name.slice(0, end)}…`;
}

/** What the two hands that bend all networks have made of their weights. */
export function hint(subject, runs) {
  const said = ["Recurrent gain: times every weight on a state."];
  const kept = runs.flatMap(({ network }, k) => {
    const { about, label } = subject.networks[k];
    return about.keeps.map(({ bias }) => `${bias} of ${label} is now ${spanOf(network.parameters[bias])}`);
  });
  if (kept.length) said.push(`Forget bias: ${kept.join(", ")}.`);
  return said.join(" ");
}
