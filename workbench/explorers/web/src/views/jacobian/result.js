/**
 * What a run gave: its norms, and on demand what belongs to one pair of steps. `Result` computes in
 * the page; `KernelResult` holds what explorers/kernel/jacobian.py has answered. Draws nothing.
 */

import {
  Products, blockOf, lagContributions, lagsOf, logSigma, windowOf,
} from "../../measures/jacobian.js";

export class Result {
  constructor(network, x, first, steps, state) {
    this.network = network;
    this.run = windowOf(network, x, first, steps);
    this.products = new Products(this.run);
    this.block = blockOf(network, state);
    this.logs = this.products.norms(this.block);
    this.bound = this.products.largest();
    const { slope } = network.about;
    this.classical = slope === null ? null : Math.log10(slope) + logSigma(network.parameters.U);
    this.kept = {};
  }

  once(key, make) {
    this.kept[key] ??= make();
    return this.kept[key];
  }

  at(t, k) {
    return this.logs[t * this.run.steps + k];
  }

  values(t, k) {
    return this.once(`values ${t} ${k}`, () => this.products.singularValues(t, k, this.block));
  }

  lags(t, parameter) {
    return this.once(`lags ${t} ${parameter}`, () => lagContributions(this.run, parameter, t));
  }
}

const FIRST = "first/";

/** The arrays that a message has for the first picture. */
export const firstOf = (arrays) =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith(FIRST))
    .map(([name, array]) => [name.slice(FIRST.length), array]));

export class KernelResult {
  /** about, arrays: of an answer with a triangle. steps: in the window. */
  constructor(network, about, arrays, steps) {
    Object.assign(this, { network, run: { steps } });
    this.logs = new Float64Array(steps * steps).fill(NaN);
    const { values } = arrays.triangle;
    for (let t = 0, from = 0; t < steps; from += ++t)
      this.logs.set(values.subarray(from, from + t + 1), t * steps);
    const [bound, classical] = arrays.bounds.values;
    Object.assign(this, { bound, classical: network.about.slope === null ? null : classical, kept: {} });
    this.add(about, arrays);
  }

  /** Keep what an answer has of one pair. */
  add({ t, k, parameter }, { values, lags, whole }) {
    this.kept[`values ${t} ${k}`] = values.values;
    if (lags) this.kept[`lags ${t} ${parameter}`] = lagsOf(lags.values, whole.values[0], t);
  }

  /** Whether all of a pair is there. parameter: null where the cell has none. */
  has(t, k, parameter) {
    return `values ${t} ${k}` in this.kept && (!parameter || `lags ${t} ${parameter}` in this.kept);
  }

  at(t, k) {
    return this.logs[t * this.run.steps + k];
  }

  /** None while they have not come. */
  values(t, k) {
    return this.kept[`values ${t} ${k}`] ?? new Float64Array(0);
  }

  /** Null while it has not come. */
  lags(t, parameter) {
    return this.kept[`lags ${t} ${parameter}`] ?? null;
  }
}
