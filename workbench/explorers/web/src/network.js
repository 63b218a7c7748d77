/**
 * A network in the page: a written cell, its parameters, and what a run of it leaves behind.
 * Makes the arrays that the written functions fill; the equations themselves are in the written
 * module. One sequence at a time, float64, time first, vectors side by side in flat arrays.
 */

/** Import the text of a written module. */
export async function importCell(source) {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

const mapped = (names, make) =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [name, make(value, name)]));

export class Network {
  /**
   * written: the imported module. sizes: name -> length. parameters: name -> Float64Array, a
   * matrix row by row. numbers: name -> value of a hyper-parameter, the cell's own where missing.
   */
  constructor(written, sizes, parameters, numbers = {}) {
    this.written = written;
    this.cell = written.cell;
    this.sizes = sizes;
    this.parameters = parameters;
    this.numbers = { ...written.cell.numbers, ...numbers };
  }

  /** The same network with some parameters or numbers replaced; nothing is copied. */
  with(parameters = {}, numbers = {}) {
    const all = { ...this.parameters, ...parameters };
    return new Network(this.written, this.sizes, all, { ...this.numbers, ...numbers });
  }

  /** The name of the length of a line or state. */
  sizeOf(name) {
    return this.cell.states[name] ?? this.cell.vectors[name];
  }

  /** How long a line or state is. */
  units(name) {
    return this.sizes[this.sizeOf(name)];
  }

  /** The number of a unit of that size. */
  number(size, unit) {
    return unit;
  }

  /** The largest magnitude in a parameter. */
  largest(name) {
    return this.parameters[name].reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
  }

  /**
   * Run over x (steps * input_size).
   * mask: 1 for a real step. clamps: line -> a number, or values (time, units) in its place.
   * start: state -> values before the first step, 0 where missing.
   */
  run(x, { mask = null, clamps = {}, start = {} } = {}) {
    const { cell, sizes, parameters, numbers } = this;
    const steps = x.length / sizes.input_size;
    const held = Object.fromEntries(cell.lines.map((name) => [name, null]));
    for (const [name, value] of Object.entries(clamps)) {
      const size = steps * this.units(name);
      held[name] = typeof value === "number" ? new Float64Array(size).fill(value) : value;
    }
    const states = mapped(cell.states, (size) => new Float64Array((steps + 1) * sizes[size]));
    for (const [name, value] of Object.entries(start)) states[name].set(value);
    const lines = mapped(cell.vectors, (size) => new Float64Array(steps * sizes[size]));
    const record = { states, lines };
    const run = { steps, sizes, x, mask, parameters, numbers, clamps: held, record };
    this.written.forward(run);
    return new Run(this, run);
  }
}

/** The array whose row t a product's matrix multiplies at step t. */
function operandOf({ record, x }, [kind, name, later], columns) {
  return (kind === "x" ? x : record[kind][name]).subarray(later * columns);
}

export class Run {
  constructor(network, run) {
    Object.assign(this, run);
    this.network = network;
    this.run = run;
  }

  /** A named line, or a state after each step: (steps * units). */
  line(name) {
    const { states, lines } = this.record;
    return name in states ? states[name].subarray(this.network.units(name)) : lines[name];
  }

  /** What the matrix of a product ("U.f h") multiplies at step t. */
  operand(key, t) {
    const { operand, columns: size } = this.network.cell.products[key];
    const columns = this.network.sizes[size];
    return operandOf(this, operand, columns).subarray(t * columns, (t + 1) * columns);
  }

  /** What a product ("U.f h") gives row j at step t. */
  product(key, t, j) {
    const { cell, parameters } = this.network;
    const vector = this.operand(key, t);
    const row = parameters[cell.products[key].matrix].subarray(j * vector.length);
    return vector.reduce((sum, value, k) => sum + row[k] * value, 0);
  }

  /** Adjoints of 0 for this many steps. */
  adjoints(steps) {
    const { cell, sizes } = this.network;
    const rows = (size) => new Float64Array(steps * sizes[size]);
    return {
      totals: mapped(cell.vectors, rows),
      carried: mapped(cell.states, (size) => new Float64Array((steps + 1) * sizes[size])),
      products: mapped(cell.products, (product) => rows(product.rows)),
      vectors: Object.fromEntries(
        Object.entries(cell.parameters)
          .filter(([, shape]) => shape.length === 1)
          .map(([name, [size]]) => [name, rows(size)]),
      ),
      x: new Float64Array(steps * sizes.input_size),
    };
  }

  /**
   * Backpropagation through time. given: line -> dL/d(line) (steps * units), what the losses put
   * in. cut: 1 at a step that carries nothing to the step before it.
   */
  bptt(given, cut = null) {
    const adjoints = this.adjoints(this.steps);
    for (const [name, values] of Object.entries(given)) {
      const units = this.network.units(name);
      adjoints.totals[name].set(values);
      for (let t = 0; this.mask && t < this.steps; t++)
        if (!this.mask[t]) adjoints.totals[name].fill(0, t * units, (t + 1) * units);
    }
    this.network.written.backward(this.run, adjoints, cut);
    return new Gradients(this, adjoints);
  }

  /** How many numbers all states have together. */
  get stateCount() {
    return Object.keys(this.network.cell.states).reduce((n, s) => n + this.network.units(s), 0);
  }

  /** The new states by the old ones at every step: (steps * n * n). */
  jacobian() {
    const result = new Float64Array(this.steps * this.stateCount ** 2);
    this.network.written.jacobian(this.run, this.adjoints(1), result);
    return result;
  }
}

export class Gradients {
  constructor(run, adjoints) {
    this.run = run;
    this.network = run.network;
    this.adjoints = adjoints;
  }

  /** dL/d(line) at every step, over all paths: (steps * units). */
  line(name) {
    return this.adjoints.totals[name];
  }

  /** What enters step t from later steps, the states taken as independent: (steps * units). */
  carried(state) {
    return this.adjoints.carried[state].subarray(this.network.units(state));
  }

  /** dL/d(state before the first step). */
  initial(state) {
    return this.adjoints.carried[state].subarray(0, this.network.units(state));
  }

  /** dL/dx (steps * input_size). */
  get x() {
    return this.adjoints.x;
  }

  /** dL/d(parameter), shaped like the parameter. */
  parameter(name) {
    const { sizes, cell } = this.network;
    const [rows, columns = 1] = cell.parameters[name].map((size) => sizes[size]);
    const sum = new Float64Array(rows * columns);
    if (cell.parameters[name].length === 1) {
      const steps = this.adjoints.vectors[name];
      for (let k = 0; k < steps.length; k++) sum[k % rows] += steps[k];
      return sum;
    }
    for (const [d, operand] of this.factors(name))
      for (let t = 0; t < this.run.steps; t++)
        for (let j = 0; j < rows; j++)
          for (let k = 0; k < columns; k++)
            sum[j * columns + k] += d[t * rows + j] * operand[t * columns + k];
    return sum;
  }

  /** The norm of what each step adds to dL/d(parameter): (steps). */
  byStep(name) {
    const { sizes, cell } = this.network;
    const [rows, columns] = cell.parameters[name].map((size) => sizes[size]);
    const norms = new Float64Array(this.run.steps);
    const factors = columns
      ? this.factors(name)
      : [[this.adjoints.vectors[name], null]];
    const inner = (a, b, t, n) => {
      let sum = 0;
      for (let k = t * n; k < (t + 1) * n; k++) sum += a[k] * b[k];
      return sum;
    };
    for (let t = 0; t < norms.length; t++) {
      let squared = 0;
      // |sum of d v^T|^2 is the sum over pairs of (d . d') (v . v').
      for (const [d, v] of factors)
        for (const [e, w] of factors)
          squared += inner(d, e, t, rows) * (v ? inner(v, w, t, columns) : 1);
      norms[t] = Math.sqrt(Math.max(squared, 0));
    }
    return norms;
  }

  /** For each product of a matrix: [its adjoint, what the matrix multiplied]. */
  factors(name) {
    const { sizes, cell } = this.network;
    return Object.entries(cell.products)
      .filter(([, product]) => product.matrix === name)
      .map(([key, { operand, columns }]) => [
        this.adjoints.products[key],
        operandOf(this.run, operand, sizes[columns]),
      ]);
  }
}
