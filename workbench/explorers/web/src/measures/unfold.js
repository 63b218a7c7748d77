/**
 * What the unfold explorer tells of a run: lengths of states, how far a gradient reaches, and one
 * step of its way back. The same numbers as workbench.measure.gradient_reach; draws nothing.
 */

/** The length of each row of `values` (steps * units), scaled so that 1e-200 is not taken for 0. */
export function lengths(values, units) {
  return Float64Array.from({ length: values.length / units }, (_, t) => {
    const row = values.subarray(t * units, (t + 1) * units);
    const most = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    if (!(most > 0) || most === Infinity) return most;
    return most * Math.sqrt(row.reduce((sum, value) => sum + (value / most) ** 2, 0));
  });
}

/** The length of the difference of two arrays (steps * units) at each step. */
export function changes(now, before, units) {
  return lengths(now.map((value, k) => value - before[k]), units);
}

/**
 * The gradient of a loss whose derivative is 1/sqrt(n) by each of the n units of the output at the
 * last step. Gives {at, output, given, gradients, total, carried: state -> lengths}, as Reach does.
 */
export function reach(run) {
  const { network, steps } = run;
  const states = Object.keys(network.cell.states);
  const [output] = states;
  const units = network.units(output);
  const at = steps - 1;
  const given = new Float64Array(steps * units);
  given.fill(1 / Math.sqrt(units), at * units);
  const gradients = run.bptt({ [output]: given });
  const carried = Object.fromEntries(
    states.map((state) => [state, lengths(gradients.carried(state), network.units(state))]),
  );
  // Nothing comes from later steps there; what the loss itself puts in has length 1.
  for (const state of states) carried[state][at] = state === output ? 1 : 0;
  return { at, output, given, gradients, total: lengths(gradients.line(output), units), carried };
}

/** dL/d(state) after step t, from later steps and from the loss, other states held. */
function entering({ gradients, given, output }, network, state, t) {
  const units = network.units(state);
  const own = gradients.carried(state).slice(t * units, (t + 1) * units);
  return state === output ? own.map((value, k) => value + given[t * units + k]) : own;
}

/**
 * The way back over step t to one unit of a state before it, as the chain rule has it:
 * {terms: [{state, column, entering, sum}], value}. `column` is how each unit of a state after
 * the step answers to that unit, a column of the Jacobian; `value` is the sum over the terms.
 */
export function stepBack(run, reached, t, state, unit) {
  const { network } = run;
  const states = Object.keys(network.cell.states);
  const { input_size: inputs } = network.sizes;
  const start = Object.fromEntries(states.map((name) => {
    const units = network.units(name);
    return [name, run.record.states[name].slice(t * units, (t + 1) * units)];
  }));
  const step = network.run(run.x.slice(t * inputs, (t + 1) * inputs), { start });
  const [jacobian, count] = [step.jacobian(), step.stateCount];
  let first = 0;
  const offsets = Object.fromEntries(states.map((name) => [name, (first += network.units(name)) - network.units(name)]));
  const place = offsets[state] + unit;
  const terms = states.map((name) => {
    const column = Float64Array.from(
      { length: network.units(name) }, (_, k) => jacobian[(offsets[name] + k) * count + place],
    );
    const adjoint = entering(reached, network, name, t);
    return { state: name, column, entering: adjoint, sum: column.reduce((sum, d, k) => sum + d * adjoint[k], 0) };
  });
  return { terms, value: terms.reduce((sum, term) => sum + term.sum, 0) };
}

/**
 * The way back over step t to one input: {terms: [{key, matrix, column, entering, sum}], value}.
 * `entering` is dL/d(product) of a matrix with the input, `column` the matrix's column of that
 * input, `sum` their product; `value` is dL/dx, which sums them where x is read in products alone.
 */
export function inputBack({ gradients }, t, feature) {
  const { cell, parameters, sizes } = gradients.network;
  const inputs = sizes.input_size;
  const terms = Object.entries(cell.products).filter(([, { operand: [kind] }]) => kind === "x").map(([key, { matrix, rows }]) => {
    const count = sizes[rows];
    const entering = gradients.adjoints.products[key].subarray(t * count, (t + 1) * count);
    const column = Float64Array.from({ length: count }, (_, j) => parameters[matrix][j * inputs + feature]);
    return { key, matrix, column, entering, sum: column.reduce((sum, w, j) => sum + w * entering[j], 0) };
  });
  return { terms, value: gradients.x[t * inputs + feature] };
}
