/**
 * Where gradients vanish and where they explode: 64 x 64 networks, which differ in the scale of
 * their weights and in their biases. Python measures all of them at every move of a slider; the
 * network under the cursor is shown in full.
 */

import { make, slider } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { Kernel } from "../frame/kernel.js";
import { number } from "../frame/words.js";
import { diagramOf, numbersOf, same } from "./phases/answer.js";
import { Curve } from "./phases/curve.js";
import { Diagram } from "./phases/diagram.js";
import { left, line, pace } from "./phases/words.js";

const LAG = 20; // steps back that the sentence speaks of
const WIDE = 760; // pixels from which the curve stands beside the diagram
const GAP = 24;
const [SHARE, TALL, LOW] = [0.6, 392, 240]; // of the diagram's width; heights of the plots

class Phases {
  constructor(el, subject, send) {
    const { title, question, times, first, arrays, units, networks: [network] } = subject;
    const own = (name) => arrays[`first/${name}`].values;
    Object.assign(this, { send, units, label: network.label, ghost: null });
    Object.assign(this, { scales: own("scales"), biases: own("biases"), row: first.row, column: first.column });
    this.start = { ...first, curves: own("curves") };
    const { slopes, edge, theory } = Object.fromEntries(
      ["slopes", "edge", "theory"].map((name) => [name, arrays[`first/${name}`]]));
    this.diagram = diagramOf({ about: first, arrays: { slopes, edge, theory } });
    this.wished = this.diagram.settings;
    this.frame = new Frame(el, { title, question, steps: this.scales.length, times, left: 0, right: 0 });
    const { frame } = this;
    frame.root.classList.add("wb-phases");
    this.kernel = new Kernel(send.ask, frame);
    this.addControls(subject.limits);
    this.addPanels();
    this.listen();
    this.tellChosen(this.firstCurve());
  }

  close() {
    this.frame.close();
  }

  addControls({ steps: [least, most], strength, draw }) {
    const { frame, wished } = this;
    const one = (name, options) => {
      const control = frame.add(slider({
        ...options, value: wished[name],
        onInput: (value) => this.drag({ [name]: value }), onDone: () => this.release(),
      }));
      control.input.disabled = !this.send.ask;
    };
    one("strength", { label: "input strength", min: 0, max: strength, step: 0.05, format: (v) => number(v, 2) });
    one("steps", { label: "steps back", min: least, max: most, step: 5 });
    one("draw", { label: "draw", min: 0, max: draw, step: 1 });
    const python = this.send.ask
      ? "Python measures all networks anew as a slider moves."
      : "The sliders need Python: run the cell in a notebook.";
    const hint = "Press a network, or move by arrow keys.";
    frame.controls.after(make("p", { class: "wb-hint wb-tier" }, `${hint} ${python}`));
  }

  addPanels() {
    const { frame } = this;
    const row = make("div", { class: "wb-phases-row" });
    frame.body.append(row);
    const beside = () => frame.width >= WIDE;
    const wide = () => Math.round((frame.width - GAP) * SHARE);
    this.map = new Diagram(this, row, () => (beside() ? wide() : frame.width));
    this.curve = new Curve(this, row, () => (beside() ? frame.width - GAP - wide() : frame.width));
    frame.draw = () => {
      this.map.draw(TALL);
      this.curve.draw(beside() ? TALL : LOW);
      this.speak();
    };
  }

  listen() {
    const { frame } = this;
    frame.body.setAttribute("aria-label", "network: left and right change the weight scale, up and down the bias");
    frame.key = (event) => this.key(event);
    frame.placeCursor = () => {
      frame.cursor.hidden = true;
      frame.body.setAttribute("aria-valuenow", this.column);
      frame.body.setAttribute("aria-valuetext", this.called(this.row, this.column));
    };
  }

  key(event) {
    if (event.target !== this.frame.body) return;
    const far = event.shiftKey ? 10 : 1;
    const { row, column } = this;
    const to = {
      ArrowLeft: [row, column - far], ArrowRight: [row, column + far],
      ArrowUp: [row + far, column], ArrowDown: [row - far, column],
      Home: [row, 0], End: [row, this.scales.length - 1],
    }[event.key];
    if (!to) return;
    this.choose(...to);
    event.preventDefault();
    event.stopPropagation();
  }

  choose(row, column) {
    const within = (k, all) => Math.max(0, Math.min(all.length - 1, k));
    const [nextRow, nextColumn] = [within(row, this.biases), within(column, this.scales)];
    if (nextRow === this.row && nextColumn === this.column) return;
    Object.assign(this, { row: nextRow, column: nextColumn });
    const known = this.firstCurve();
    if (known) this.tellChosen(known);
    this.wish();
    this.frame.redraw();
  }

  chooseFirst() {
    this.choose(this.start.row, this.start.column);
  }

  drag(change) {
    this.ghost ??= { edge: this.diagram.edge, curve: this.told.curve };
    this.wished = { ...this.wished, ...change };
    this.wish();
  }

  release() {
    this.released = true;
    if (!this.kernel.running) this.rest();
  }

  /** The hand has let go, and what it asked for is there. */
  rest() {
    Object.assign(this, { ghost: null, released: false });
    this.frame.redraw();
  }

  /** Ask Python for the chosen network, and for all of them where a slider has moved. */
  wish() {
    if (!this.send.ask) return;
    const whole = !same(this.wished, this.diagram.settings);
    const asked = { network: this.label, ...this.wished, row: this.row, column: this.column, whole };
    this.kernel.want(asked, (answer) => this.take(answer)).then(() => this.released && this.rest());
  }

  take({ about, arrays }) {
    if (arrays.slopes) this.diagram = diagramOf({ about, arrays });
    const { row, column } = about;
    if (row === this.row && column === this.column && !this.firstCurve()) this.tellChosen(arrays.curve.values);
  }

  /** The chosen network's curve where the first message has it, else null. */
  firstCurve() {
    const { start, row, column } = this;
    if (!same(start, this.diagram.settings)) return null;
    const from = (row * this.scales.length + column) * start.steps;
    return numbersOf(start.curves.subarray(from, from + start.steps), start.curveUnit);
  }

  /** From now on the sentence and the curve speak of the chosen network. */
  tellChosen(curve) {
    const { row, column } = this;
    this.told = { row, column, curve, slope: this.slope(row, column) };
  }

  slope(row, column) {
    return this.diagram.slopes[row * this.scales.length + column];
  }

  /** The lag of the sentence: 20, or the last one of fewer. */
  get lag() {
    return Math.min(LAG, this.told.curve.length - 1);
  }

  called(row, column) {
    return `scale ${number(this.scales[column], 2)}, bias ${number(this.biases[row], 2)}`;
  }

  tell(row, column) {
    return `${this.called(row, column)}: ${pace(this.slope(row, column))}`;
  }

  speak() {
    const { frame, lag, told: { row, column, curve, slope }, diagram, units } = this;
    const after = left(curve[lag] - curve[0]);
    frame.say(
      `Network at ${this.called(row, column)}: the gradient `, [pace(slope), "back-text"],
      `; after ${lag} steps ${after}. ${line(diagram, units)}`,
    );
  }
}

export const phases = (el, subject, send) => new Phases(el, subject, send);
