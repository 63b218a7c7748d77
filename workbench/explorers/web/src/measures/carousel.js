/**
 * How long an LSTM's cell state lasts: the numbers of workbench/measure/retention.py for one
 * sequence, from runs of written cells. Does not run networks, and does not draw.
 */

const LATE = 30; // from this bias on, 1 / log(1 + exp(-b)) is exp(b) + 1/2 in float64

/** -log of the logistic function of b, for any b. */
const decay = (b) => (b < 0 ? Math.log1p(Math.exp(b)) - b : Math.log1p(Math.exp(-b)));

/** The logistic function: what a forget gate of bias b keeps at each step. */
export const logistic = (b) => Math.exp(-decay(b));

/** sigmoid(b)^k for k = 0..steps. */
export const retention = (b, steps) =>
  Float64Array.from({ length: steps + 1 }, (_, k) => Math.exp(-decay(b) * k));

/** Steps after which sigmoid(b)^k is one half. */
export function halfLife(b) {
  if (b <= LATE) return Math.LN2 / decay(b);
  const root = Math.exp(b / 2); // e^b itself would overflow sooner than the half-life
  return Math.LN2 * root * root + Math.LN2 / 2;
}

/**
 * Starts of b.f and b.i for memories of up to `longest` steps: log U(1, longest - 1) and its
 * negative. shares: draws of U(0, 1), one a unit (Tallec and Ollivier 2018, section 2).
 */
export function chronoBiases(shares, longest) {
  const forget = shares.map((share) => Math.log(1 + share * (longest - 2)));
  return { forget, input: forget.map((b) => -b) };
}

/** The mean over units of sigmoid(b)^k for k = 0..steps. */
export function openLoop(biases, steps) {
  const found = new Float64Array(steps + 1);
  for (const b of biases) retention(b, steps).forEach((kept, k) => (found[k] += kept / biases.length));
  return found;
}

/** The mean over units of sigmoid(b)^lag, for a lag of 0 or more that need not be whole. */
export const openLoopAt = (biases, lag) =>
  biases.reduce((sum, b) => sum + Math.exp(-decay(b) * lag) / biases.length, 0);

/** The mean of each row of `values` (rows * units). */
function means(values, units) {
  const found = new Float64Array(values.length / units);
  for (let k = 0; k < values.length; k++) found[Math.floor(k / units)] += values[k] / units;
  return found;
}

/**
 * What the forget gate left of earlier cell states, seen from the last step of a run.
 * Gives {units, mean, open}: f_t f_(t-1) ... over the last k steps (lags * units), its mean over
 * the units (lags), and the mean of sigmoid(b.f)^k (lags); lags are 0..steps.
 */
export function measuredRetention(run) {
  const { steps } = run;
  const count = run.network.units("f");
  const f = run.line("f");
  const units = new Float64Array((steps + 1) * count).fill(1, 0, count);
  for (let k = 0; k < steps; k++)
    for (let j = 0; j < count; j++)
      units[(k + 1) * count + j] = units[k * count + j] * f[(steps - 1 - k) * count + j];
  return { units, mean: means(units, count), open: openLoop(run.parameters["b.f"], steps) };
}

/**
 * The loss that `gradientLeft` looks back from: the sum of the last outputs over sqrt(units), so
 * that dL/dh is of norm 1. Gives [its gradients in the run, dL/dh of the last step].
 */
function lookBack(run) {
  const [output] = Object.keys(run.network.cell.states);
  const count = run.network.units(output);
  const last = new Float64Array(count).fill(1 / Math.sqrt(count));
  const given = new Float64Array(run.steps * count);
  given.set(last, (run.steps - 1) * count);
  return [run.bptt({ [output]: given }), last];
}

/**
 * The norm of dL/d(all states after the step k before the last), for lags k = 0..steps; 1 at lag
 * 0, at the greatest lag that of the states before the first step. In an LSTM also `alone`, what
 * arrives along the cell state alone: the last dL/dc times the forget gates since.
 */
export function gradientLeft(run, kept = null) {
  const { network, steps } = run;
  const [gradients, last] = lookBack(run);
  const squares = new Float64Array(steps + 1);
  squares[0] = last.reduce((sum, value) => sum + value * value, 0);
  for (const state of Object.keys(network.cell.states)) {
    const count = network.units(state);
    const carried = gradients.carried(state);
    const initial = gradients.initial(state);
    for (let k = 1; k <= steps; k++)
      for (let j = 0; j < count; j++) {
        const value = k === steps ? initial[j] : carried[(steps - 1 - k) * count + j];
        squares[k] += value * value;
      }
  }
  const alone = kept && alongCell(gradients.line("c"), kept, steps);
  return { left: squares.map(Math.sqrt), alone };
}

function alongCell(d_c, kept, steps) {
  const count = kept.length / (steps + 1);
  const norms = new Float64Array(steps + 1);
  for (let k = 0; k <= steps; k++) {
    let squared = 0;
    for (let j = 0; j < count; j++)
      squared += (d_c[(steps - 1) * count + j] * kept[k * count + j]) ** 2;
    norms[k] = Math.sqrt(squared);
  }
  return norms;
}

/** The mean size |c| of the cell state after the last step: beyond about 3, tanh(c) is flat. */
export function cellSize(run) {
  const count = run.network.units("c");
  const last = run.line("c").subarray((run.steps - 1) * count);
  return last.reduce((sum, c) => sum + Math.abs(c) / count, 0);
}
