/**
 * What the gates explorer shows of one run: heat maps of all units, and every number of one unit.
 * Computed in the page by `PageShown`; for networks too large for it, by the kernel, whose packed
 * answer `KernelShown` reads. Both have the same methods.
 */

export class PageShown {
  constructor(run, unit) {
    Object.assign(this, { run, network: run.network, unit });
  }

  own(name) {
    return Math.min(this.unit, this.network.units(name) - 1);
  }

  /** {values (steps * rows), rows} of a line. */
  heat(name) {
    return { values: this.run.line(name), rows: this.network.units(name) };
  }

  /** The unit's value in a line at step t. */
  at(name, t) {
    return this.run.line(name)[t * this.network.units(name) + this.own(name)];
  }

  /** The unit's value in a state before step t. */
  before(state, t) {
    return this.run.record.states[state][t * this.network.units(state) + this.own(state)];
  }

  /** What a product gives the unit at step t. */
  product(key, t) {
    const { rows } = this.network.cell.products[key];
    return this.run.product(key, t, Math.min(this.unit, this.network.sizes[rows] - 1));
  }

  /** The largest magnitude in a line. */
  limit(name) {
    return this.run.line(name).reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);
  }
}

const LEVELS = 254; // of a byte in a heat map; 255 is not a number

export class KernelShown {
  /** about: {limits, gates, initial}. arrays: "heat/f", "line/f", "product/U.f h". */
  constructor(network, about, arrays, unit) {
    Object.assign(this, { network, about, arrays, unit });
    this.heats = {};
  }

  heat(name) {
    if (!this.heats[name]) {
      const { values, shape } = this.arrays[`heat/${name}`];
      const limit = this.about.limits[name];
      const [low, span] = this.about.gates.includes(name) ? [0, 1] : [-limit, 2 * limit];
      const numbers = Float32Array.from(values, (v) => (v > LEVELS ? NaN : low + (span * v) / LEVELS));
      this.heats[name] = { values: numbers, rows: shape[1] };
    }
    return this.heats[name];
  }

  at(name, t) {
    return this.arrays[`line/${name}`].values[t];
  }

  before(state, t) {
    return t ? this.at(state, t - 1) : this.about.initial[state];
  }

  product(key, t) {
    return this.arrays[`product/${key}`].values[t];
  }

  limit(name) {
    return this.about.limits[name];
  }
}
