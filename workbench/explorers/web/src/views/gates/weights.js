/**
 * The weights of a network under the hand: one parameter as a grid, drag any of its squares up or
 * down, or take the slider. Tells what changes; runs nothing.
 */

import { colour, paint, signed } from "../../frame/colours.js";
import { choice, make, slider } from "../../frame/controls.js";
import { number } from "../../frame/words.js";

const LARGEST = 26;
const SMALLEST = 5;
const TALLEST = 400;
const [KEY, RAMP] = [24, 64]; // the colour key below: its height, the width of its colours
const A_PIXEL = 0.02; // how much a weight changes for each pixel of a drag

export class Weights {
  /** onInput(name, index, value) while a number moves, onDone() when it is let go. */
  constructor(frame, { width, into, onInput, onDone }) {
    Object.assign(this, { frame, onInput, onDone, width });
    this.name = choice({ label: "weights", options: [["", ""]], value: "", onChange: (name) => this.pick(name, 0) });
    this.slider = slider({
      label: "", min: -4, max: 4, step: 0.01, value: 0, format: (value) => number(value),
      onInput: (value) => this.change(value), onDone: () => this.done(),
    });
    this.element = make("div", { class: "wb-weights" },
      make("p", { class: "wb-hint" }, "Drag a square up or down; a double click gives it back."),
      make("div", { class: "wb-controls" }, this.name.element, this.slider.element),
      (this.meaning = make("p", { class: "wb-hint" })));
    this.panel = frame.panel({ height: 40, label: "weights", width, scrub: false, into: this.element,
      tell: (x, y) => this.tell(x, y) });
    this.listen(this.panel.element);
    into.append(this.element);
  }

  /**
   * Show a network; its parameters as they were at first are what a double click gives back.
   * picked: [name, index] of the number to begin with, or null.
   */
  show(network, first, picked = null) {
    Object.assign(this, { network, first });
    const names = Object.keys(network.parameters);
    const [chosen, index] = picked ?? [names.find((n) => n.startsWith("U")) ?? names[0], 0];
    this.name.fill(names.map((n) => [n, n]), chosen);
    this.element.hidden = !names.length;
    if (names.length) this.pick(chosen, index);
  }

  /** Rows and columns of the parameter shown; a vector is one row. */
  get shape() {
    return this.shapeOf(this.chosen);
  }

  shapeOf(name) {
    const sizes = this.network.cell.parameters[name].map((size) => this.network.sizes[size]);
    return sizes.length === 1 ? [1, sizes[0]] : sizes;
  }

  get value() {
    return this.network.parameters[this.chosen][this.index];
  }

  label(index = this.index, name = this.chosen) {
    const [, columns] = this.shapeOf(name);
    return this.network.cell.parameters[name].length === 1
      ? `${name}[${index}]`
      : `${name}[${Math.floor(index / columns)}, ${index % columns}]`;
  }

  /** What the chosen number does: from which unit of what it takes something into which. */
  role() {
    const { cell, sizes } = this.network;
    const [, columns] = this.shape;
    const found = Object.entries(cell.products).find(([, { matrix }]) => matrix === this.chosen);
    if (!found) return `${this.label()} belongs to unit ${this.index}.`;
    const [key] = found;
    const line = cell.lines.find((name) => cell.reads[name].some(({ product }) => product === key));
    const reads = cell.reads[line]?.filter(({ product }) => product === key) ?? [];
    const from = reads.map((read) => `${read.from}${read.before ? "[t−1]" : ""}`).join(" and ");
    const one = reads[0]?.from === "x" && sizes.input_size === 1;
    const [row, column] = [Math.floor(this.index / columns), this.index % columns];
    return `${this.label()} takes ${one ? from : `unit ${column} of ${from}`} into unit ${row} of ${line}.`;
  }

  pick(name, index) {
    Object.assign(this, { chosen: name, index });
    const first = this.first[name][index];
    const reach = Math.max(4, 2 * Math.abs(first), Math.abs(this.value));
    this.slider.turnTo({ label: this.label(), min: -reach, max: reach, first, value: this.value });
    this.meaning.textContent = this.role();
    this.settle();
  }

  /** The end of the colour scale, kept while a hand drags. */
  settle() {
    this.limit = this.network.parameters[this.chosen].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.frame.redraw();
  }

  done() {
    this.settle();
    this.onDone();
  }

  change(value) {
    this.slider.set(value);
    this.onInput(this.chosen, this.index, value);
  }

  /** What is shown: the side of a number in pixels, and the rows and columns that have room. */
  get part() {
    const [rows, columns] = this.shape;
    const width = this.width() - 2;
    const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(width / columns), Math.floor(TALLEST / rows)));
    return { side, rows: Math.min(rows, Math.floor(TALLEST / side)), columns: Math.min(columns, Math.floor(width / side)) };
  }

  /** The index of the number under a place of the panel, or null. */
  at(x, y) {
    const { side, rows, columns } = this.part;
    const row = Math.floor((y - 1) / side);
    const column = Math.floor((x - 1) / side);
    const inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? row * this.shape[1] + column : null;
  }

  tell(x, y) {
    const index = this.grip ? null : this.at(x, y);
    return index === null ? null : `${this.label(index)} = ${number(this.network.parameters[this.chosen][index])}`;
  }

  listen(element) {
    element.classList.add("wb-grip");
    const place = (event) => {
      const { left, top } = element.getBoundingClientRect();
      return this.at(event.clientX - left, event.clientY - top);
    };
    element.addEventListener("pointerdown", (event) => {
      const index = place(event);
      if (index === null) return;
      this.pick(this.chosen, index);
      this.grip = { y: event.clientY, value: this.value };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      if (!this.grip) return;
      const moved = this.grip.value + (this.grip.y - event.clientY) * A_PIXEL;
      if (moved !== this.value) this.change(moved);
    });
    const drop = () => {
      if (this.grip) this.done();
      this.grip = null;
    };
    element.addEventListener("pointerup", drop);
    element.addEventListener("pointercancel", drop);
    element.addEventListener("dblclick", (event) => {
      const index = place(event);
      if (index === null) return;
      this.pick(this.chosen, index);
      this.change(this.first[this.chosen][index]);
      this.done();
    });
  }

  draw() {
    if (this.element.hidden) return;
    const { panel } = this;
    const [all, width] = this.shape;
    const { side, rows, columns } = this.part;
    const values = this.network.parameters[this.chosen];
    const whole = rows === all && columns === width;
    const bottom = rows * side;
    panel.begin(bottom + KEY + (whole ? 0 : 20));
    const { ink } = panel;
    const scale = signed(this.limit);
    const gap = side > 8 ? 1 : 0;
    this.drawSquares(values, width, rows, columns, scale);
    // Lines of paper between squares that are large enough to have some.
    for (let k = 1; gap && k < columns; k++) panel.line(k * side + 0.5, 1, k * side + 0.5, bottom, { colour: this.frame.colour("bg") });
    for (let j = 1; gap && j < rows; j++) panel.line(1, j * side + 0.5, columns * side, j * side + 0.5, { colour: this.frame.colour("bg") });
    this.drawKey(scale, bottom + 10);
    if (!whole) panel.text("part", 0, bottom + KEY + 12, `the first ${rows} of ${all} rows, ${columns} of ${width} columns`, { class: "wb-soft" });
    const [row, column] = [Math.floor(this.index / width), this.index % width];
    // Paper around ink, so that it is seen on a pale and on a dark square in both themes.
    for (const [name, wide] of [["bg", 5], ["ink", 2]]) {
      ink.strokeStyle = this.frame.colour(name);
      ink.lineWidth = wide;
      ink.strokeRect(1 + column * side, 1 + row * side, side - gap, side - gap);
    }
    panel.end();
  }

  /** One pixel for each number, drawn as large as a square: thousands of them cost one image. */
  drawSquares(values, width, rows, columns, scale) {
    const { panel, frame } = this;
    const { side } = this.part;
    const image = new ImageData(columns, rows);
    for (let j = 0; j < rows; j++)
      for (let k = 0; k < columns; k++)
        paint(image.data, 4 * (j * columns + k), values[j * width + k], scale, frame.inkBytes);
    const small = make("canvas", { width: columns, height: rows });
    small.getContext("2d").putImageData(image, 0, 0);
    panel.ink.imageSmoothingEnabled = false;
    panel.ink.drawImage(small, 1, 1, columns * side, rows * side);
  }

  /** The colours with their ends, below the squares. */
  drawKey(scale, y) {
    const { panel } = this;
    const left = 48;
    panel.text("low", 1, y + 10, number(scale.low, 2), { class: "wb-soft" });
    for (let k = 0; k < RAMP; k++) {
      panel.ink.fillStyle = colour(scale.low + ((k + 0.5) / RAMP) * (scale.high - scale.low), scale);
      panel.ink.fillRect(left + k, y, 1.3, 12);
    }
    panel.text("high", left + RAMP + 8, y + 10, number(scale.high, 2), { class: "wb-soft" });
  }
}
