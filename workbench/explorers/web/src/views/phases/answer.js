/** What explorers/kernel/phases.py tells: a diagram of slopes, its edges, curves of networks. */

const [ZERO, UNKNOWN] = [-32768, 32767]; // levels of -Infinity and of what is no number

/** Numbers of whole levels. */
export const numbersOf = (levels, unit) =>
  Float64Array.from(levels, (level) =>
    level === ZERO ? -Infinity : level === UNKNOWN ? NaN : level * unit);

/** A diagram of {about, arrays}: slopes row by row, the two edges, and what they were asked with. */
export const diagramOf = ({ about: { steps, strength, draw, unit }, arrays }) => ({
  settings: { steps, strength, draw },
  slopes: numbersOf(arrays.slopes.values, unit),
  edge: arrays.edge.values,
  theory: arrays.theory.values,
});

export const same = (one, other) =>
  ["steps", "strength", "draw"].every((name) => one[name] === other[name]);
