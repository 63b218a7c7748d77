/**
 * What a padded batch does to the last state: the numbers of workbench/measure/padding.py, from
 * the written cells, one sequence after the other. Draws nothing.
 */

const PASSES = {
  forward: ["forward"], backward: ["backward"], both: ["forward", "backward"],
};

/**
 * Bring sequences (length * inputs) to one length, with `value` before ("pre") or after ("post");
 * `extra` steps more than the longest has. Gives {x, mask, lengths, steps}, x and mask by row.
 */
function pad(sequences, inputs, { where, value, extra = 0 }) {
  const lengths = sequences.map((sequence) => sequence.length / inputs);
  const steps = Math.max(...lengths) + extra;
  const firsts = lengths.map((length) => (where === "pre" ? steps - length : 0));
  const x = sequences.map((sequence, row) => {
    const padded = new Float64Array(steps * inputs).fill(value);
    padded.set(sequence, firsts[row] * inputs);
    return padded;
  });
  const mask = lengths.map((length, row) =>
    Uint8Array.from({ length: steps }, (_, t) => t >= firsts[row] && t < firsts[row] + length),
  );
  return { x, mask, lengths, steps };
}

/** Rows of `width` numbers in the opposite order of time. */
function turned(rows, width) {
  const steps = rows.length / width;
  const result = new rows.constructor(rows.length);
  for (let t = 0; t < steps; t++)
    result.set(rows.subarray(t * width, (t + 1) * width), (steps - 1 - t) * width);
  return result;
}

/**
 * One pass over one row. Gives `states`, the output after each step in the order of x, carried
 * over masked steps; `h`, the same with the zeros of masked steps, as code reads it; `end`.
 */
function pass(network, x, mask, name) {
  const output = Object.keys(network.cell.states)[0];
  const units = network.units(output);
  const turn = name === "backward" ? turned : (rows) => rows;
  const run = network.run(turn(x, network.sizes.input_size), { mask: mask && turn(mask, 1) });
  const line = run.line(output);
  const states = turn(line, units).slice();
  const h = states.slice();
  mask?.forEach((real, t) => real || h.fill(0, t * units, (t + 1) * units));
  return { states, h, end: line.slice(line.length - units) };
}

/**
 * Pad the sequences and run them. masked: whether the network is told what is padding.
 * direction: "forward", "backward" or "both". Gives {batch, passes, units, masked}; a pass has, by row, `states`, `h`
 * and `held` (its end) as in `pass`, `truth` (its end on the sequence alone) and `ends`, the step
 * at which it has read the sequence.
 */
export function runPadded(network, sequences, { where, masked, direction, value, extra = 0 }) {
  const inputs = network.sizes.input_size;
  const batch = pad(sequences, inputs, { where, value, extra });
  const passes = PASSES[direction].map((name) => {
    const rows = batch.x.map((x, k) => pass(network, x, masked ? batch.mask[k] : null, name));
    return {
      name,
      states: rows.map((row) => row.states),
      h: rows.map((row) => row.h),
      held: rows.map((row) => row.end),
      truth: sequences.map((sequence) => pass(network, sequence, null, name).end),
      ends: batch.mask.map((mask) => (name === "forward" ? mask.lastIndexOf(1) : mask.indexOf(1))),
    };
  });
  return { batch, passes, masked, units: passes[0].truth[0].length };
}

/** The outputs of both passes over each sequence alone, without padding, one array each. */
export const statesAlone = (network, sequences) =>
  PASSES.both.flatMap((name) => sequences.map((x) => pass(network, x, null, name).states));

/** The largest distance between two vectors; infinite where it is not a number. */
function apart(a, b) {
  const most = a.reduce((worst, v, j) => Math.max(worst, Math.abs(v - b[j])), 0);
  return most === most ? most : Infinity;
}

/** The step of each row that h[rule] reads. */
function stepsRead({ lengths, steps }, rule) {
  const step = (length) =>
    ({ "[-1]": steps - 1, "[0]": 0, lengths: length - 1, "-lengths": steps - length })[rule];
  return lengths.map(step);
}

/**
 * What h[rule] reads in every row, pass by pass: {step, read, truth, end, right, heldRight, real,
 * padding}. same: states that differ by no more are one. real, padding: how many steps of each
 * the pass has read where it is read; a masked step is not read.
 */
export function readLast({ batch, passes, masked, units }, rule, same) {
  const steps = stepsRead(batch, rule);
  return batch.mask.map((mask, row) =>
    passes.map(({ name, h, held, truth, ends }) => {
      const step = steps[row];
      const read = h[row].subarray(step * units, (step + 1) * units);
      const seen = name === "forward" ? mask.subarray(0, step + 1) : mask.subarray(step);
      const real = seen.reduce((sum, own) => sum + own, 0);
      return {
        step, read, truth: truth[row], end: ends[row], real,
        right: apart(read, truth[row]) <= same,
        heldRight: apart(held[row], truth[row]) <= same,
        padding: masked ? 0 : seen.length - real,
      };
    }),
  );
}

/**
 * For each pass whether the state at the step where it has read the sequence is right in every
 * row, which it is not where it has read padding before.
 */
export function rightAtEnd({ passes, units }, same) {
  const at = (rows, step) => rows.subarray(step * units, (step + 1) * units);
  return passes.map(({ h, truth, ends }) =>
    h.every((rows, k) => apart(at(rows, ends[k]), truth[k]) <= same),
  );
}
