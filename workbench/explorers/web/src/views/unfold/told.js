/**
 * What the unfold explorer shows of one run: computed in the page by `PageTold`; for a network too
 * large for it told by explorers/kernel/unfold.py, whose answer `KernelTold` reads. Both have
 * network, trace, reached, lengthOf, limits, unit and way; those of the kernel's hold some units of
 * the network, and numbers of some steps.
 */

import { changes, inputBack, lengths, reach, stepBack } from "../../measures/unfold.js";
import { Network } from "../../network.js";

const LEVELS = 254; // of a byte in a track; 255 is not a number
const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);
const states = (network) => Object.keys(network.cell.states);
const each = (names, make) => Object.fromEntries(names.map((name) => [name, make(name)]));

export class PageTold {
  constructor(network, x, first, unit) {
    Object.assign(this, { network, first, unit, trace: network.run(x) });
    this.reached = reach(this.trace);
    const { trace } = this;
    this.lengthOf = each(states(network), (state) => lengths(trace.line(state), network.units(state)));
    this.limits = each(states(network), (state) => largest(trace.line(state)));
  }

  /** How far the output has moved at each step since `first` was read. */
  get moved() {
    const { network, reached: { output } } = this;
    const before = network.run(this.first).line(output);
    return changes(this.trace.line(output), before, network.units(output));
  }

  /** {values (steps * rows), rows} of the output. */
  get track() {
    const { output } = this.reached;
    return { values: this.trace.line(output), rows: this.network.units(output) };
  }

  /** The way back over step t along an arrow, as measures/unfold.js has it. */
  way(arrow, t, unit) {
    return arrow === "input" ? inputBack(this.reached, t, unit) : stepBack(this.trace, this.reached, t, arrow, unit);
  }
}

/** A network of some neighbouring units of another. spans: size -> [first, count]. */
class Part extends Network {
  constructor(whole, spans) {
    const sizes = Object.fromEntries(Object.entries(spans).map(([size, [, count]]) => [size, count]));
    const parameters = each(Object.keys(whole.parameters), (name) => {
      const shape = whole.cell.parameters[name];
      const [[from, rows], [left, columns]] = [...shape.map((size) => spans[size]), [0, 1]];
      const wide = shape.length > 1 ? whole.sizes[shape[1]] : 1;
      return Float64Array.from({ length: rows * columns }, (_, k) =>
        whole.parameters[name][(from + Math.floor(k / columns)) * wide + left + (k % columns)]);
    });
    super(whole.written, sizes, parameters, whole.numbers);
    Object.assign(this, { whole, spans, label: whole.label, key: whole.key, about: whole.about });
  }

  number(size, k) {
    return this.spans[size][0] + k;
  }

  largest(name) {
    return this.whole.largest(name);
  }
}

export class KernelTold {
  /** whole: the network. x: what was read. about, arrays: the answer. */
  constructor(whole, x, { about, arrays }) {
    const network = new Part(whole, about.spans);
    const [output] = states(network);
    Object.assign(this, { network, about, arrays, step: about.step, limits: about.limits });
    this.unit = about.unit - network.number(network.sizeOf(output), 0);
    this.steps = x.length / whole.sizes.input_size;
    this.lengthOf = each(states(network), (state) => this.list(`norm/${state}`));
    this.trace = this.traced(x, whole.sizes.input_size);
    const carried = each(states(network), (state) => this.list(`left/${state}`));
    const gradients = {
      line: (name) => this.rows(`back/${name}`, this.step),
      x: this.rows("x", this.step),
      adjoints: { vectors: each(Object.keys(whole.parameters), (name) => this.rows(`vector/${name}`, this.step)) },
    };
    this.reached = { at: this.steps - 1, output, gradients, total: this.list("total"), carried };
  }

  list(name) {
    return Float64Array.from(this.arrays[name]?.values ?? []);
  }

  /** An array (steps * units) of which only the rows from step t on are known that were told. */
  rows(name, t, steps = this.steps) {
    const told = this.list(name);
    const { shape } = this.arrays[name] ?? { shape: [0] };
    const all = new Float64Array(steps * shape.at(-1)).fill(NaN);
    all.set(told.subarray(0, all.length - t * shape.at(-1)), t * shape.at(-1));
    return all;
  }

  /** A run of which the copies in sight and one step are known. */
  traced(x, inputs) {
    const { network, step, about, steps } = this;
    const { cell, sizes } = network;
    const lines = each(cell.lines, (name) => this.rows(`line/${name}`, step));
    const before = each(states(network), (state) => this.rows(`before/${state}`, step, steps + 1));
    for (const state of states(network)) {
      const copies = this.list(`state/${state}`);
      lines[state].set(copies, about.from * network.units(state));
    }
    const read = Float64Array.from({ length: steps * sizes.input_size }, (_, k) =>
      x[Math.floor(k / sizes.input_size) * inputs + network.number("input_size", k % sizes.input_size)]);
    const now = (array, units) => array.subarray(step * units, (step + 1) * units);
    return {
      network, steps, x: read, record: { states: before },
      has: (t) => t === step || (t >= about.from && t < about.from + about.count),
      line: (name) => lines[name],
      product: (key) => this.arrays.product.values[about.products.indexOf(key)],
      operand: (key) => {
        const { operand: [kind, name], columns } = cell.products[key];
        if (`operand/${key}` in this.arrays) return this.list(`operand/${key}`);
        return kind === "x" ? now(read, sizes[columns]) : now(before[name], sizes[columns]);
      },
    };
  }

  get moved() {
    return this.list("moved");
  }

  get track() {
    const { values, shape } = this.arrays.track;
    const limit = this.limits[this.reached.output];
    return { values: Float64Array.from(values, (v) => (v > LEVELS ? NaN : limit * ((2 * v) / LEVELS - 1))), rows: shape[1] };
  }

  /** As it was asked for. */
  way(arrow, t, unit) {
    const { cell, parameters, sizes } = this.network;
    const terms = this.about.way.map((name, k) => {
      const [entering, sum] = [this.list(`entering/${name}`), this.arrays.sum.values[k]];
      if (arrow !== "input") return { state: name, column: this.list(`column/${name}`), entering, sum };
      const { matrix } = cell.products[name];
      const column = entering.map((_, j) => parameters[matrix][j * sizes.input_size + unit]);
      return { key: name, matrix, column, entering, sum };
    });
    const value = arrow === "input" ? this.reached.gradients.x[t * sizes.input_size + unit] : terms.reduce((sum, term) => sum + term.sum, 0);
    return { terms, value };
  }
}
