/**
 * What one arrow carries at one step: its operands as colours, the lines of the equations that it
 * feeds, and the same lines with the numbers of one unit. The equations come from Python as MathML
 * with blanks; the numbers from a run.
 */

import { colour, signed } from "../../frame/colours.js";
import { choice, make } from "../../frame/controls.js";
import { number } from "../../frame/words.js";

const [LABEL, TAIL, TALL, WIDEST, LINE] = [128, 92, 20, 28, 26];
const TIGHT = "+\u2212\u2299\u00b7/"; // a negative number after one of these needs brackets
const BEFORE = "[t\u22121]";
const math = (inside) => `<math displaystyle="true">${inside}</math>`;
const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);

/** [[arrow, words]] of a cell: what it reads, each state, what it adds, what it gives. */
export function arrows({ cell }, { lines }) {
  const letters = (products) => [...new Set(products.map((p) => p.matrix.split(".")[0]))].join(" ");
  const products = lines.flatMap((line) => line.products);
  const vectors = [...new Set(lines.flatMap((line) => line.vectors.map((v) => v.split(".")[0])))];
  const fed = (leaf) => letters(products.filter((p) => p.reads.includes(leaf)));
  const labels = { input: `${fed("x")} x`.trim() };
  for (const state of Object.keys(cell.states)) labels[state] = `${fed(state)} ${state}`.trim();
  if (vectors.length) labels.bias = vectors.join(" ");
  return labels;
}

export class Formulas {
  /** onArrow(arrow): the reader asks for another one. */
  constructor(frame, { width, into, onArrow }) {
    Object.assign(this, { frame, width });
    this.arrow = choice({ label: "arrow", options: [["", ""]], value: "", onChange: onArrow });
    this.what = make("p", { class: "wb-hint" });
    this.left = make("div", { class: "wb-operands" }, make("div", { class: "wb-controls" }, this.arrow.element), this.what);
    this.right = make("div", { class: "wb-equations" });
    this.panel = frame.panel({
      height: 40, label: "operands", width, scrub: false, into: this.left, tell: (x, y) => this.tell(x, y),
    });
    into.append(this.left, this.right);
  }

  /** Turn to a cell. colours: line -> variable of its colour. labels: of `arrows`. */
  show(network, formulas, colours, labels, arrow) {
    Object.assign(this, { network, formulas, colours, labels, shown: null });
    const { states } = network.cell;
    const words = {
      input: `${labels.input}: what it reads`, bias: `${labels.bias}: the same at every step`,
      output: "what it gives", cell: "the whole cell",
      ...Object.fromEntries(Object.keys(states).map((s) => [s, `${labels[s]}: from the step before`])),
    };
    const known = [...Object.keys(labels), "output", "cell"];
    this.arrow.fill(known.map((name) => [name, words[name]]), known.includes(arrow) ? arrow : Object.keys(states)[0]);
    return this.arrow.value;
  }

  /** Lines that an arrow feeds. */
  fed(arrow) {
    const { lines } = this.formulas;
    if (arrow === "cell") return lines;
    if (arrow === "output") return lines.filter((line) => line.name === Object.keys(this.network.cell.states)[0]);
    if (arrow === "bias") return lines.filter((line) => line.vectors.length);
    return lines.filter((line) => line.reads.includes(arrow === "input" ? "x" : arrow));
  }

  /** scene: {chosen, backward, told, network, trace, reached, step, unit, limits, names}. */
  draw(scene) {
    Object.assign(this, scene);
    const { chosen } = this;
    this.returning = this.backward && (chosen in this.formulas.back ? this.formulas.back[chosen] : null);
    this.write();
    if (this.returning) this.way = this.told.way(chosen, this.step, chosen === "input" ? this.feature : this.own(chosen));
    this.fill();
    this.drawOperands();
    this.what.textContent = this.heading();
  }

  /** The input that stands for the chosen unit. */
  get feature() {
    return Math.min(this.unit, this.network.sizes.input_size - 1);
  }

  own(name) {
    return Math.min(this.unit, this.network.units(name) - 1);
  }

  /** The number that a unit of a line or state has in the whole network. */
  called(name, unit) {
    return this.network.number(this.network.sizeOf(name), unit);
  }

  get featureCalled() {
    return this.network.number("input_size", this.feature);
  }

  heading() {
    const { step, names, trace } = this;
    const at = names(step);
    const before = step ? names(step - 1) : "before the first step";
    const state = this.chosen;
    const isState = state in this.network.cell.states;
    if (this.backward) {
      if (state === "input") return `What comes back to what the copy of ${at} reads:`;
      if (state === "bias") return `What the copy of ${at} adds to the gradient:`;
      if (state === "output") return `The gradient from the loss and from later steps at ${at}:`;
      if (!isState) return `The gradient by all that the copy of ${at} computes:`;
      return `Back through the arrow of ${state}: from ${at} to ${before}.`;
    }
    if (isState) return `${state} goes from ${before} into the copy of ${at}. Row ${this.called(state, this.own(state))} of each matrix:`;
    if (state === "input") return `What the copy of ${at} reads. Row ${this.called(Object.keys(this.network.cell.states)[0], this.unit)} of each matrix:`;
    if (state === "bias") return `Added at ${at} as at each of the ${trace.steps} steps:`;
    return state === "output" ? `What the copy of ${at} gives:` : `All that the copy of ${at} computes:`;
  }

  /** Put the equations on the page, once for each arrow and direction. */
  write() {
    const key = `${this.network.label} ${this.chosen} ${this.backward}`;
    if (key === this.shown) return;
    this.shown = key;
    const rows = this.returning
      ? [[null, this.returning]]
      : this.fed(this.chosen).map((line) => [line.name, line]);
    const forward = this.backward && !this.returning ? `<p class="wb-hint">Forward:</p>` : "";
    this.right.innerHTML = forward + rows.map(([name, { equation, numbers }]) => {
      const value = `<mn data-kind="${name === null ? "value" : "line"}" data-key="${name}"></mn>`;
      const more = numbers.startsWith(`<mn data-kind="back`) && !numbers.includes("<mo>") ? "" : `<mo>=</mo>${value}`;
      return `<div class="wb-line"><div>${math(equation)}</div><div class="wb-numbers">${math(`<mo>=</mo>${numbers}${more}`)}</div></div>`;
    }).join("");
    for (const [name, variable] of Object.entries(this.colours))
      for (const element of this.right.querySelectorAll(`.line-${CSS.escape(name)}`)) element.style.color = `var(--${variable})`;
    this.blanks = [...this.right.querySelectorAll("mn[data-kind]")];
    const carries = new Set(this.carried().map((product) => product.key));
    for (const blank of this.blanks) {
      const { kind, key: own } = blank.dataset;
      const fed = (kind === "product" && carries.has(own)) || (kind === "state" && own === this.chosen)
        || (kind === "vector" && this.chosen === "bias") || (kind === "input" && this.chosen === "input");
      blank.classList.toggle("wb-fed", fed);
    }
  }

  /** The products that the chosen arrow takes part in. */
  carried() {
    const leaf = this.chosen === "input" ? "x" : this.chosen;
    return this.fed(this.chosen).flatMap((line) => line.products.filter((p) => p.reads.includes(leaf)));
  }

  fill() {
    for (const blank of this.blanks) {
      const value = this.value(blank.dataset.kind, blank.dataset.key);
      const before = blank.previousElementSibling;
      const tight = value < 0 && before?.localName === "mo" && TIGHT.includes(before.textContent);
      const text = tight ? `(${number(value)})` : number(value);
      if (blank.textContent !== text) blank.textContent = text;
    }
  }

  /** What belongs in a blank, for the chosen unit. */
  value(kind, key) {
    const { network, trace, step } = this;
    const at = (array, units) => array[step * units + Math.min(this.unit, units - 1)];
    if (kind === "product") return trace.product(key, step, this.row(network.cell.products[key].rows));
    if (kind === "input") return at(trace.x, network.sizes.input_size);
    if (kind === "state") return at(trace.record.states[key], network.units(key));
    if (kind === "line") return at(trace.line(key), network.units(key));
    if (kind === "number") return network.numbers[key];
    if (kind === "vector") return network.parameters[key][Math.min(this.unit, network.parameters[key].length - 1)];
    if (kind === "back by input") return this.way.terms.find((term) => term.key === key).sum;
    if (kind === "back") return this.way.terms.find((term) => term.state === key).sum;
    return this.way.value;
  }

  row(size) {
    return Math.min(this.unit, this.network.sizes[size] - 1);
  }

  /** The strips: [{label, values, limit, mark, tail}]. */
  strips() {
    const { network, trace, step, chosen, limits } = this;
    const { cell, parameters } = network;
    if (this.backward) return chosen in cell.states ? this.stripsBack() : this.gradients();
    const strips = [];
    let last = null;
    for (const { key, matrix, operand } of this.carried()) {
      const vector = trace.operand(key, step);
      if (operand !== last) strips.push({ label: operand, size: cell.products[key].columns, values: vector, limit: Math.max(largest(vector), limits[chosen] ?? 0), tail: vector.length === 1 ? number(vector[0]) : "" });
      last = operand;
      const j = this.row(cell.products[key].rows);
      const row = parameters[matrix].subarray(j * vector.length, (j + 1) * vector.length);
      strips.push({ label: `${matrix}[${network.number(cell.products[key].rows, j)}]`, size: cell.products[key].columns, values: row, limit: network.largest(matrix), tail: `${row.length === 1 ? `${number(row[0])}, ` : ""}adds ${number(trace.product(key, step, j))}` });
    }
    const whole = (label, values, limit, name) => strips.push({
      label, size: network.sizeOf(name), values, limit, mark: this.own(name), tail: number(values[this.own(name)]),
    });
    if (chosen in cell.states && this.fed(chosen).some((line) => this.plain(line, chosen))) {
      const units = network.units(chosen);
      whole(`${chosen}${BEFORE}`, trace.record.states[chosen].subarray(step * units, (step + 1) * units), limits[chosen], chosen);
    }
    for (const name of this.given()) {
      const values = this.now(trace.line(name), network.units(name));
      whole(`${name}[t]`, values, Math.max(largest(values), limits[name] ?? 0), name);
    }
    if (chosen === "bias")
      for (const name of new Set(this.fed("bias").flatMap((line) => line.vectors))) {
        const mark = Math.min(this.unit, parameters[name].length - 1);
        strips.push({ label: name, size: cell.parameters[name][0], values: parameters[name], limit: network.largest(name), mark, tail: number(parameters[name][mark]) });
      }
    return strips;
  }

  /** Values of the chosen step. */
  now(array, units) {
    return array.subarray(this.step * units, (this.step + 1) * units);
  }

  /** Lines whose values stand for the chosen arrow: the output's, or all of the cell's. */
  given() {
    const { lines, states } = this.network.cell;
    return { output: Object.keys(states).slice(0, 1), cell: lines }[this.chosen] ?? [];
  }

  /** What comes back at this step to an arrow that leads to no state. */
  gradients() {
    const { network, chosen, reached: { gradients } } = this;
    const row = (name, all, size) => {
      const units = network.sizes[size];
      const values = this.now(all, units);
      const mark = Math.min(this.unit, units - 1);
      return { label: `∂L/∂${name}`, size, values, limit: largest(values), mark, tail: number(values[mark]) };
    };
    if (chosen === "bias")
      return [...new Set(this.fed("bias").flatMap((line) => line.vectors))].map((name) =>
        row(name, gradients.adjoints.vectors[name], network.cell.parameters[name][0]));
    if (chosen !== "input") return this.given().map((name) => row(`${name}[t]`, gradients.line(name), network.sizeOf(name)));
    const terms = (this.returning ? this.way.terms : []).flatMap(({ key, matrix, column, entering, sum }) => [
      { label: `∂L/∂(${matrix} x)`, size: network.cell.products[key].rows, values: entering, limit: largest(entering), tail: "" },
      { label: `${matrix}[:, ${this.featureCalled}]`, size: network.cell.products[key].rows, values: column, limit: network.largest(matrix), tail: `gives ${number(sum)}` },
    ]);
    return [row("x[t]", gradients.x, "input_size"), ...terms];
  }

  /** Whether a line reads a state unit by unit, in no product. */
  plain(line, state) {
    return line.numbers.includes(`data-kind="state" data-key="${state}"`);
  }

  stripsBack() {
    const own = this.own(this.chosen);
    const through = this.formulas.back[this.chosen].through;
    const strips = this.way.terms.filter((term) => through.includes(term.state)).flatMap(({ state, column, entering, sum }) => [
      { label: `∂L/∂${state}[t]`, size: this.network.sizeOf(state), values: entering, limit: largest(entering), tail: "" },
      { label: `∂${state}[t]/∂${this.chosen}${BEFORE}[${this.called(this.chosen, own)}]`, size: this.network.sizeOf(state), values: column, limit: largest(column), tail: `gives ${number(sum)}` },
    ]);
    return [...strips, ...this.columns(own)];
  }

  /** The weights that one unit of the state goes through, the same at every step. */
  columns(unit) {
    const { cell, parameters, sizes } = this.network;
    const plain = this.carried().filter(({ key }) => cell.products[key].operand[1] === this.chosen);
    return plain.map(({ key, matrix }) => {
      const [rows, columns] = [cell.products[key].rows, cell.products[key].columns].map((size) => sizes[size]);
      const values = Float64Array.from({ length: rows }, (_, j) => parameters[matrix][j * columns + unit]);
      return { label: `${matrix}[:, ${this.called(this.chosen, unit)}]`, size: cell.products[key].rows, values, limit: this.network.largest(matrix), tail: "at every step" };
    });
  }

  drawOperands() {
    const { panel } = this;
    const rows = (this.rows = this.strips());
    panel.begin(Math.max(8, rows.length * LINE + 4));
    const { ink, frame } = panel;
    const room = panel.width - LABEL - TAIL - 8;
    rows.forEach((row, k) => {
      const side = Math.min(WIDEST, room / row.values.length);
      const y = k * LINE + 2;
      const scale = signed(row.limit);
      Object.assign(row, { side, y });
      panel.text(`label ${k}`, LABEL - 8, y + 14, row.label, { "text-anchor": "end" });
      row.values.forEach((value, n) => {
        ink.fillStyle = colour(value, scale);
        ink.fillRect(LABEL + n * side, y, side - (side > 6 ? 1 : 0), TALL);
      });
      ink.strokeStyle = frame.colour("hair");
      ink.lineWidth = 1;
      ink.strokeRect(LABEL - 0.5, y - 0.5, side * row.values.length, TALL + 1);
      if (row.mark !== undefined) {
        for (const [name, width] of [["bg", 5], ["ink", 2]]) {
          ink.strokeStyle = frame.colour(name);
          ink.lineWidth = width;
          ink.strokeRect(LABEL + row.mark * side, y, side - 1, TALL);
        }
      }
      panel.text(`tail ${k}`, LABEL + side * row.values.length + 8, y + 14, row.tail, { class: "wb-soft" });
    });
    panel.end();
  }

  tell(x, y) {
    const row = this.rows?.[Math.floor(y / LINE)];
    const k = Math.floor((x - LABEL) / row?.side);
    return row && k >= 0 && k < row.values.length ? `${row.label}, unit ${this.network.number(row.size, k)}: ${number(row.values[k])}` : null;
  }
}
