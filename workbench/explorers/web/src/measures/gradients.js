/**
 * How far back the gradient of one step's loss reaches, as workbench.measure.gradient_reach: the
 * loss has the derivative 1/sqrt(n) by each of the n units of the output at one step. Draws nothing.
 */

import { Network } from "../network.js";

const ROUNDING = 1e-12; // of a product of two rows of a matrix

/** The norm of each row of `values` (steps * units), scaled before squaring, so that 1e-200 is
 * no exact 0 and 1e200 no infinity. */
export function rowNorms(values, units) {
  const norms = new Float64Array(values.length / units);
  for (let t = 0; t < norms.length; t++) {
    let largest = 0;
    let broken = false;
    for (let j = t * units; j < (t + 1) * units; j++) {
      const size = Math.abs(values[j]);
      if (size > largest) largest = size;
      else if (size !== size) broken = true;
    }
    if (broken) norms[t] = NaN;
    else if (largest === Infinity) norms[t] = Infinity;
    else if (largest > 0) {
      let sum = 0;
      for (let j = t * units; j < (t + 1) * units; j++) sum += (values[j] / largest) ** 2;
      norms[t] = largest * Math.sqrt(sum);
    }
  }
  return norms;
}

/**
 * {at, output, total, carried, together}: norms (steps) of the gradient of the loss at step `at`.
 * total: by the output at every step. carried: state -> by that state, the others held as they are
 * at that step. Both over all ways back. together: by all states.
 */
export function gradientReach(run, at) {
  const { network } = run;
  const [output, ...others] = Object.keys(network.cell.states);
  const units = network.units(output);
  const given = new Float64Array(run.steps * units);
  given.fill(1 / Math.sqrt(units), at * units, (at + 1) * units);
  const gradients = run.bptt({ [output]: given });
  const carried = {};
  for (const state of [output, ...others]) {
    carried[state] = rowNorms(gradients.carried(state), network.units(state));
    carried[state][at] = state === output ? 1 : 0; // nothing comes from later; this the loss puts in
  }
  const all = Object.values(carried);
  const together = rowNorms(
    Float64Array.from({ length: run.steps * all.length }, (_, k) => all[k % all.length][Math.floor(k / all.length)]),
    all.length,
  );
  return { at, output, total: rowNorms(gradients.line(output), units), carried, together };
}

/** By what factor a step back changes the norm, on average over `lag` steps; not-a-number for 0. */
export function stepFactor(norms, at, lag) {
  return lag > 0 && norms[at - lag] > 0 ? (norms[at - lag] / norms[at]) ** (1 / lag) : NaN;
}

/**
 * What a gate that keeps a state (of recurrence.py) lets through: {unit, share}, the unit that
 * keeps most and its share of the state a step, the geometric mean over the `lag` steps to `at`.
 */
export function mostKept(run, { gate, sign }, at, lag) {
  const units = run.network.units(gate);
  const values = run.line(gate);
  let most = null;
  for (let unit = 0; unit < units; unit++) {
    let logs = 0;
    for (let t = at - lag + 1; t <= at; t++) {
      const value = values[t * units + unit];
      logs += Math.log(sign > 0 ? value : 1 - value);
    }
    const share = Math.exp(logs / lag);
    if (most === null || share > most.share) most = { unit, share };
  }
  return most;
}

/**
 * Whether a step back cannot change a norm: one state, one weight on it, orthogonal, and functions
 * that are all the identity. functions: their names.
 */
export function keepsNorms(network, { recurrent }, functions) {
  const states = Object.keys(network.cell.states);
  if (states.length !== 1 || recurrent.length !== 1 || !functions.length) return false;
  const units = network.units(states[0]);
  const matrix = network.parameters[recurrent[0]];
  return functions.every((name) => name === "identity") && matrix.length === units ** 2 && orthogonal(matrix, units);
}

function orthogonal(matrix, units) {
  for (let i = 0; i < units; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? -1 : 0;
      for (let k = 0; k < units; k++) sum += matrix[i * units + k] * matrix[j * units + k];
      if (!(Math.abs(sum) < ROUNDING)) return false;
    }
  return true;
}

/**
 * A network bent by hand: `written` in place of its module, weights on states times `gain`, `bias`
 * added where a gate keeps a state (taken off where 1 - gate keeps it), hyper-parameters replaced.
 * about: {recurrent, keeps} as gradients.py writes them. The given network stays as it is.
 */
export function bent(network, about, { written = network.written, gain = 1, bias = 0, numbers = {} }) {
  const parameters = { ...network.parameters };
  for (const name of about.recurrent) parameters[name] = parameters[name].map((value) => gain * value);
  for (const { bias: name, sign } of about.keeps)
    parameters[name] = parameters[name].map((value) => value + sign * bias);
  return new Network(written, network.sizes, parameters, { ...network.numbers, ...numbers });
}
