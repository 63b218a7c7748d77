/**
 * The weights of a network under the hand: one parameter as a grid, drag any of its numbers up or
 * down, or take the slider. Tells what changes; runs nothing.
 */

import { colour, signed } from "./colours.js";
import { choice, make, slider } from "./controls.js";
import { number } from "./words.js";

const LARGEST = 26;
const SMALLEST = 5;
const TALLEST = 400;
const A_PIXEL = 0.02; // how much a weight changes for each pixel of a drag

export class Weights {
  /** onInput(name, index, value) while a number moves, onDone() when it is let go. */
  constructor(frame, { width, into, onInput, onDone }) {
    Object.assign(this, { frame, onInput, onDone, width });
    this.name = choice({ label: "weights", options: [["", ""]], value: "", onChange: (name) => this.pick(name, 0) });
    this.slider = slider({
      label: "", min: -4, max: 4, step: 0.01, value: 0, format: (value) => number(value),
      onInput: (value) => this.change(value), onDone,
    });
    this.element = make("div", { class: "wb-weights" },
      make("p", { class: "wb-hint" }, "Drag a number up or down; a double click gives it back."),
      make("div", { class: "wb-controls" }, this.name.element, this.slider.element));
    this.panel = frame.panel({ height: 40, label: "weights", width, scrub: false, into: this.element,
      tell: (x, y) => this.tell(x, y) });
    this.listen(this.panel.element);
    into.append(this.element);
  }

  /** Show a network; its parameters as they were at first are what a double click gives back. */
  show(network, first) {
    Object.assign(this, { network, first });
    const names = Object.keys(network.parameters);
    const chosen = names.includes(this.chosen) ? this.chosen : names.find((n) => n.startsWith("U")) ?? names[0];
    this.name.fill(names.map((n) => [n, n]), chosen);
    this.element.hidden = !names.length;
    if (names.length) this.pick(chosen, 0);
  }

  /** Rows and columns of the parameter shown; a vector is one row. */
  get shape() {
    const sizes = this.network.cell.parameters[this.chosen].map((size) => this.network.sizes[size]);
    return sizes.length === 1 ? [1, sizes[0]] : sizes;
  }

  get value() {
    return this.network.parameters[this.chosen][this.index];
  }

  label(index = this.index) {
    const [rows, columns] = this.shape;
    return rows === 1 && this.network.cell.parameters[this.chosen].length === 1
      ? `${this.chosen}[${index}]`
      : `${this.chosen}[${Math.floor(index / columns)}, ${index % columns}]`;
  }

  pick(name, index) {
    Object.assign(this, { chosen: name, index });
    const first = this.first[name][index];
    const reach = Math.max(4, 2 * Math.abs(first), Math.abs(this.value));
    this.slider.turnTo({ label: this.label(), min: -reach, max: reach, first, value: this.value });
    this.frame.redraw();
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
    const index = this.at(x, y);
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
      if (this.grip) this.onDone();
      this.grip = null;
    };
    element.addEventListener("pointerup", drop);
    element.addEventListener("pointercancel", drop);
    element.addEventListener("dblclick", (event) => {
      const index = place(event);
      if (index === null) return;
      this.pick(this.chosen, index);
      this.change(this.first[this.chosen][index]);
      this.onDone();
    });
  }

  draw() {
    if (this.element.hidden) return;
    const { panel } = this;
    const [all, width] = this.shape;
    const { side, rows, columns } = this.part;
    const values = this.network.parameters[this.chosen];
    const whole = rows === all && columns === width;
    panel.begin(rows * side + (whole ? 4 : 20));
    const { ink } = panel;
    const scale = signed(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    const gap = side > 8 ? 1 : 0;
    for (let j = 0; j < rows; j++)
      for (let k = 0; k < columns; k++) {
        ink.fillStyle = colour(values[j * width + k], scale);
        ink.fillRect(1 + k * side, 1 + j * side, side - gap, side - gap);
      }
    if (!whole) panel.text("part", 0, rows * side + 16, `the first ${rows} of ${all} rows, ${columns} of ${width} columns`, { class: "wb-soft" });
    ink.strokeStyle = this.frame.colour("ink");
    ink.lineWidth = 2;
    const [row, column] = [Math.floor(this.index / width), this.index % width];
    ink.strokeRect(1 + column * side, 1 + row * side, side - gap, side - gap);
    panel.end();
  }
}
