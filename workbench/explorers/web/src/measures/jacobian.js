/**
 * Products of Jacobians of a run, as workbench/measure/jacobians.py and lags.py define them: their
 * spectral norms, all singular values of one, the bound, and what each step adds to a gradient.
 * Every product is kept as a matrix times a power of two, so that none over- or underflows; that
 * is why all comes out as log10. Does not draw.
 */

import { LOG2, SpectralNorm, exponentOf, rescale, singularValuesOf } from "./singular.js";

/** The names of the matrices of a cell that multiply a state or a line, as "U.f". */
export const recurrentMatrices = ({ products }) => [
  ...new Set(Object.values(products).filter((p) => p.operand[0] !== "x").map((p) => p.matrix)),
];

/** The matrix whose gradient is shown first: the first recurrent one, else any parameter. */
export const recurrentParameter = (cell) =>
  Object.keys(cell.parameters).find((name) => recurrentMatrices(cell).includes(name)) ??
  Object.keys(cell.parameters)[0] ?? null;

/** The same network with its recurrent matrices multiplied. */
export function withGain(network, gain) {
  const names = recurrentMatrices(network.cell);
  return network.with(
    Object.fromEntries(names.map((name) => [name, network.parameters[name].map((v) => gain * v)])),
  );
}

/** [first, last) of the rows of a state in a Jacobian; all rows for null. */
export function blockOf(network, state) {
  let first = 0;
  for (const name of Object.keys(network.cell.states)) {
    const last = first + network.units(name);
    if (name === state) return [first, last];
    first = last;
  }
  return [0, first];
}

/** The run of `steps` steps of x from step `first` on, from the state that those before leave. */
export function windowOf(network, x, first, steps) {
  const { input_size: inputs } = network.sizes;
  const start = {};
  if (first > 0) {
    const before = network.run(x.subarray(0, first * inputs));
    for (const name of Object.keys(network.cell.states))
      start[name] = before.line(name).slice((first - 1) * network.units(name));
  }
  return network.run(x.slice(first * inputs, (first + steps) * inputs), { start });
}

/** The one-step Jacobians of a run, each as entries of at most 1 times a power of two. */
export class Products {
  constructor(run) {
    this.steps = run.steps;
    this.size = run.stateCount;
    const whole = run.jacobian();
    const area = this.size ** 2;
    this.factors = Array.from({ length: run.steps }, (_, t) => whole.subarray(t * area, (t + 1) * area));
    this.powers = this.factors.map((factor) => rescale(factor));
    this.spectral = new SpectralNorm(this.size);
  }

  /**
   * Call visit(t, matrix, power) for t = k+1 ... last, where dS_t/dS_k is the transposed matrix
   * times 2^power; gives the last [matrix, power]. Transposed, because that multiplies faster.
   */
  follow(k, last, visit) {
    const { size } = this;
    let product = Float64Array.from({ length: size ** 2 }, (_, i) => Number(i % (size + 1) === 0));
    let next = new Float64Array(size ** 2);
    let power = 0;
    for (let t = k + 1; t <= last; t++) {
      times(this.factors[t], product, next, size);
      [product, next] = [next, product];
      power += this.powers[t] + rescale(product);
      visit(t, product, power);
    }
    return [product, power];
  }

  /**
   * log10 of the spectral norm of dS_t/dS_k, or of its block: (steps * steps), row t, column k.
   * 0 on the diagonal; not-a-number above it, and where a Jacobian is not finite.
   */
  norms([first, last] = [0, this.size]) {
    const { steps, size, spectral } = this;
    const logs = new Float64Array(steps * steps).fill(NaN);
    for (let k = 0; k < steps; k++) {
      logs[k * steps + k] = 0;
      this.follow(k, steps - 1, (t, product, power) => {
        logs[t * steps + k] = spectral.log10(product, size, first, last) + LOG2 * power;
      });
    }
    return logs;
  }

  /**
   * log10 of all singular values of dS_t/dS_k or of its block, largest first; -Infinity for what
   * cannot be told from 0: less than n * 2.2e-16 of the largest.
   */
  singularValues(t, k, [first, last] = [0, this.size]) {
    const { size } = this;
    const [product, power] = this.follow(k, t, () => {});
    const count = last - first;
    const part = Float64Array.from({ length: count ** 2 }, (_, i) =>
      product[(first + Math.floor(i / count)) * size + first + (i % count)]);
    if (!part.every(Number.isFinite)) return part.slice(0, count).fill(NaN);
    const all = power + rescale(part);
    const values = singularValuesOf(part, count);
    const least = count * Number.EPSILON * values[0];
    return values.map((value) => (value < least ? -Infinity : Math.log10(value) + LOG2 * all));
  }

  /** log10 of the largest singular value of any one-step Jacobian, that of step 0 as well. */
  largest() {
    const { spectral, size, powers } = this;
    return this.factors.reduce((most, factor, t) => {
      const log = spectral.log10(factor, size) + LOG2 * powers[t];
      return Number.isNaN(log) ? log : Math.max(most, log);
    }, -Infinity);
  }
}

/** log10 of the spectral norm of a square parameter. */
export function logSigma(matrix) {
  const n = Math.round(Math.sqrt(matrix.length));
  return new SpectralNorm(n).log10(matrix, n);
}

/**
 * next = left right, for matrices of so many rows; right and next are transposed. Two rows by two
 * columns at once: twice as fast as one entry after another.
 */
function times(left, right, next, size) {
  const even = size - (size % 2);
  for (let i = 0; i < even; i += 2)
    for (let j = 0; j < even; j += 2) {
      const [a, b, c, d] = [i * size, (i + 1) * size, j * size, (j + 1) * size];
      let [ac, ad, bc, bd] = [0, 0, 0, 0];
      for (let m = 0; m < size; m++) {
        const [x, y, z, w] = [left[a + m], left[b + m], right[c + m], right[d + m]];
        ac += x * z;
        ad += x * w;
        bc += y * z;
        bd += y * w;
      }
      next[c + i] = ac;
      next[d + i] = ad;
      next[c + i + 1] = bc;
      next[d + i + 1] = bd;
    }
  if (even === size) return;
  for (let i = 0; i < size; i++) {
    next[even * size + i] = inner(left, i, right, even, size);
    next[i * size + even] = inner(left, even, right, i, size);
  }
}

/** Row i of one matrix times row j of another. */
function inner(left, i, right, j, size) {
  let sum = 0;
  for (let m = 0; m < size; m++) sum += left[i * size + m] * right[j * size + m];
  return sum;
}

/** The root of the sum of squares, also where a square would under- or overflow. */
export function norm(values) {
  const most = values.reduce((high, value) => Math.max(high, Math.abs(value)), 0);
  if (!(most > 0) || most === Infinity) return most;
  const part = 2 ** Math.max(-1000, Math.min(1000, exponentOf(most)));
  return part * Math.sqrt(values.reduce((sum, value) => sum + (value / part) ** 2, 0));
}

/**
 * What each step adds to dL/d(parameter), for the loss at step `at` whose derivative is 1/sqrt(n)
 * by each of the n units of the output: {norms (steps), whole, shares (at + 1), upTo (at + 1)}.
 * upTo: the norms added up from the first step on, which is more than the norm of their sum where
 * the matrices cancel.
 */
export function lagContributions(run, parameter, at) {
  const [output] = Object.keys(run.network.cell.states);
  const units = run.network.units(output);
  const given = new Float64Array(run.steps * units);
  given.fill(1 / Math.sqrt(units), at * units, (at + 1) * units);
  const gradients = run.bptt({ [output]: given });
  return lagsOf(gradients.byStep(parameter), norm(gradients.parameter(parameter)), at);
}

/** The same of norms by step and of the whole. */
export function lagsOf(norms, whole, at) {
  let sum = 0;
  const sums = Array.from({ length: at + 1 }, (_, lag) => (sum += norms[at - lag]));
  const shares = Float64Array.from(sums, (own) => own / sum);
  let before = 0;
  const upTo = Float64Array.from({ length: at + 1 }, (_, k) => (before += norms[k]));
  return { norms, whole, shares, upTo };
}
