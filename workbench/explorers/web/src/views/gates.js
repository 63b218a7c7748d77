/**
 * Every named line over time as a heat map of all units and a curve of one, above the cell at one
 * step and its weights. Drag a weight, hold a gate at 0 or 1: the whole trace follows.
 */

import { shares, signed } from "../frame/colours.js";
import { choice, make, tabs } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { Kernel, tellTier } from "../frame/kernel.js";
import { number } from "../frame/words.js";
import { strongest } from "../measures/gates.js";
import { drawCell, layout } from "./gates/diagram.js";
import { KernelShown, PageShown } from "./gates/shown.js";
import { Weights } from "./gates/weights.js";
import { sayDragged, sayHeld, sayStep } from "./gates/words.js";

const CURVE = 30;
const GAP = 3;
const INPUT = 44;
const MARK = 12; // beside a heat map, where the unit of the curve is marked
const LOUD = 1000; // milliseconds in which a newly picked unit is told in bold
const WIDE = 800; // from this width on the cell and its weights stand side by side

const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);

class Gates {
  constructor(el, subject, send) {
    const { title, question, steps, times } = subject;
    Object.assign(this, { subject, send, unit: 0, clamps: {}, ghost: null, limits: {} });
    this.frame = new Frame(el, { title, question, steps, times });
    const { frame } = this;
    this.kernel = new Kernel(send.ask, frame);
    frame.root.classList.add("wb-gates");
    this.cells = frame.add(tabs({
      label: "cell", value: 0, onChange: (k) => this.choose(k),
      options: subject.networks.map((net, k) => [k, net.label, `--${net.key}-text`]),
    }));
    this.units = frame.add(choice({
      label: "unit", options: [["0", "0"]], value: "0",
      onChange: (unit) => this.pickUnit(Number(unit)),
    }));
    frame.addPlay();
    this.input = frame.panel({ height: INPUT, label: "the input", tell: (x) => this.tellInput(x) });
    this.rows = [];
    this.lines = frame.body.appendChild(make("div"));
    this.axis = frame.panel({ height: 40, label: "time axis" });
    this.columns = make("div", { class: "wb-columns" });
    frame.saying.after(this.columns);
    const width = () => (frame.width >= WIDE ? (frame.width - 32) / 2 : frame.width);
    const wires = make("div", { class: "wb-wires" },
      make("p", { class: "wb-hint" }, "A thick wire carries much, blue above 0, red below; × multiplies."));
    this.columns.append(wires);
    this.diagram = frame.panel({ height: 200, label: "the cell at this step", width, scrub: false, into: wires });
    this.weights = new Weights(frame, {
      width, into: this.columns,
      onInput: (name, index, value) => this.drag(name, index, value),
      onDone: () => this.release(),
    });
    frame.draw = () => this.draw();
    frame.step = subject.step;
    this.choose(0);
  }

  close() {
    this.frame.close();
  }

  /** Turn to another cell of the picker; each keeps what was dragged in it. */
  choose(k) {
    const original = this.subject.networks[k];
    this.dragged ??= {};
    this.touches ??= {};
    this.picks ??= {};
    if (this.weights.chosen) this.picks[this.chosen] = [this.weights.chosen, this.weights.index];
    this.touched = this.touches[k] ??= {};
    this.dragged[k] ??= original.with(
      Object.fromEntries(Object.entries(original.parameters).map(([n, v]) => [n, v.slice()])),
    );
    Object.assign(this, { chosen: k, original, network: this.dragged[k], clamps: {}, ghost: null, dragging: null });
    this.tier?.remove();
    const without = "without Python this page computes it alone, which takes a moment.";
    this.tier = original.about.large ? tellTier(this.frame, { ask: this.asks, without }) : null;
    const { cell } = this.network;
    this.plan = layout(cell);
    this.colours = Object.fromEntries(cell.lines.map((name, n) => [name, `line-${(n % 8) + 1}`]));
    const count = this.network.units(cell.lines.at(-1));
    this.units.fill(Array.from({ length: count }, (_, j) => [String(j), String(j)]), String(Math.min(this.unit, count - 1)));
    this.unit = Number(this.units.value);
    for (const { panel } of this.rows) panel.element.remove();
    this.frame.panels = this.frame.panels.filter((p) => !this.rows.some((row) => row.panel === p));
    this.rows = cell.lines.map((name) => this.row(name));
    this.picks[k] ??= this.asks ? null : strongest(this.network, this.subject.x, this.output, this.unit);
    this.weights.show(this.network, original.parameters, this.picks[k]);
    this.shown = null;
    this.run().then(() => this.settle());
  }

  get output() {
    return Object.keys(this.network.cell.states)[0];
  }

  row(name) {
    const units = this.network.units(name);
    const heat = Math.max(24, Math.min(64, 5 * units));
    const panel = this.frame.panel({
      height: heat + GAP + CURVE, label: `line ${name} over time`, into: this.lines,
      tell: (x, y) => this.tell(row, x, y),
    });
    const row = { name, panel, units, heat, gate: this.original.about.gates.includes(name) };
    panel.element.addEventListener("pointerdown", (event) => {
      const { left, top } = panel.element.getBoundingClientRect();
      const y = event.clientY - top;
      const x = event.clientX - left;
      if (y < heat && x > this.frame.left && x < this.frame.right) this.pickUnit(Math.floor((y / heat) * units));
    });
    if (row.gate) {
      const held = tabs({
        label: `hold ${name}`, value: "free", options: [["free", "free"], [0, "0"], [1, "1"]],
        onChange: (value) => this.hold(name, value),
      });
      held.element.classList.add("wb-hold");
      held.element.title = `${name}: free, or held at 0 or 1 at every step`;
      panel.element.append(held.element);
    }
    return row;
  }

  /** Whether this network is too large for the page, and there is a kernel to ask. */
  get asks() {
    return this.original.about.large && Boolean(this.send.ask);
  }

  /** What to ask Python for. */
  wish(clamps) {
    return { network: this.original.label, unit: this.unit, clamps, set: Object.values(this.touched) };
  }

  /** Bring what is shown up to date: in the page at once, in the kernel when it answers. */
  async run() {
    const { network, unit, clamps } = this;
    if (this.asks)
      return this.kernel.want(this.wish(clamps), ({ about, arrays }) => {
        if (network === this.network) this.shown = new KernelShown(network, about, arrays, unit);
      });
    this.shown = new PageShown(network.run(this.subject.x, { clamps }), unit);
    this.frame.redraw();
  }

  /** The run without held lines, for the ghost behind one with them; none where none is held. */
  async rememberFree() {
    const held = Object.keys(this.clamps).length > 0;
    if (!held) this.ghost = null;
    else if (!this.asks) this.ghost = new PageShown(this.network.run(this.subject.x), this.unit);
    else {
      const { about, arrays } = await this.send.ask(this.wish({}));
      if (!about.error) this.ghost = new KernelShown(this.network, about, arrays, this.unit);
    }
    this.frame.redraw();
  }

  /** Limits of the colour scales, kept while a hand drags so that colours do not jump. */
  settle() {
    for (const { name } of this.rows) this.limits[name] = this.shown?.limit(name) ?? 1;
    this.frame.redraw();
  }

  drag(name, index, value) {
    this.ghost ??= this.shown;
    this.dragging = [name, index];
    this.network.parameters[name][index] = value;
    this.touched[`${name} ${index}`] = [name, index, value];
    this.run();
  }

  async release() {
    await this.rememberFree();
    this.settle();
    if (this.asks) return;
    const names = new Set(Object.values(this.touched).map(([name]) => name));
    const { parameters } = this.network;
    this.send({ network: this.original.label }, Object.fromEntries([...names].map((n) => [n, parameters[n]])));
  }

  async hold(name, value) {
    if (value === "free") delete this.clamps[name];
    else this.clamps[name] = value;
    this.dragging = null;
    await this.rememberFree();
    await this.run();
    this.settle();
  }

  async pickUnit(unit) {
    clearTimeout(this.loud);
    this.loud = setTimeout(() => {
      this.loud = null;
      this.frame.redraw();
    }, LOUD);
    this.unit = unit;
    this.dragging = null;
    this.units.set(String(unit));
    await this.rememberFree();
    await this.run();
  }

  scale(name) {
    return this.rows.find((row) => row.name === name).gate ? shares : signed(this.limits[name]);
  }

  /** Whether a place lies on the time axis, not on the names and buttons beside it. */
  onAxis(x) {
    return x >= this.frame.left && x <= this.frame.right;
  }

  tellInput(x) {
    if (!this.onAxis(x)) return null;
    const t = this.frame.stepAt(x);
    const { input_size: count } = this.network.sizes;
    const k = this.subject.x.subarray(t * count, (t + 1) * count).findIndex((v) => v !== 0);
    const at = count === 1 ? number(this.subject.x[t]) : `${this.subject.inputs[Math.max(0, k)]}`;
    return `${this.frame.name(t)}: ${this.subject.input} = ${at}`;
  }

  tell(row, x, y) {
    if (x < this.frame.left && x >= this.frame.left - MARK && y < row.heat)
      return `unit ${Math.min(this.unit, row.units - 1)}, whose curve is below`;
    if (!this.onAxis(x)) return null;
    const t = this.frame.stepAt(x);
    const unit = y < row.heat ? Math.floor((y / row.heat) * row.units) : Math.min(this.unit, row.units - 1);
    if (this.asks) return `${this.frame.name(t)}: ${row.name}[${this.unit}] = ${number(this.shown.at(row.name, t))}`;
    const value = this.shown.run.line(row.name)[t * row.units + Math.max(0, unit)];
    return `${this.frame.name(t)}: ${row.name}[${Math.max(0, unit)}] = ${number(value)}`;
  }

  draw() {
    const { frame } = this;
    this.drawInput();
    this.weights.draw();
    frame.timeAxis(this.axis);
    for (const row of this.rows) this.drawRow(row);
    if (!this.shown) return;
    drawCell(this.diagram, this.plan, this.shown, this.subject.x, frame.step, this.colours, this.original.about.wiring.multiplied);
    this.speak();
  }

  drawInput() {
    const { input: panel, frame, subject } = this;
    const count = this.network.sizes.input_size;
    panel.begin();
    if (count === 1) {
      const low = Math.min(...subject.x);
      const span = Math.max(...subject.x) - low || 1;
      panel.curve((t) => INPUT - 4 - ((subject.x[t] - low) / span) * (INPUT - 8), { colour: frame.colour("ink"), width: 1.3 });
    } else panel.heat(subject.x, count, signed(largest(subject.x)), { top: 0, height: INPUT });
    panel.name("name", INPUT / 2 + 4, subject.input);
    panel.end();
  }

  drawRow(row) {
    const { panel, name } = row;
    const { frame } = this;
    const colour = frame.colour(this.colours[name]);
    panel.begin();
    panel.text("name", frame.left - 12, 16, name, { class: "wb-name", "text-anchor": "end", style: `fill:${colour}` });
    if (row.gate) panel.text("hold", 6, 16, "hold", { class: "wb-soft" });
    if (this.shown) this.drawValues(row, colour);
    panel.end();
  }

  drawValues({ panel, name, units, heat }, colour) {
    const { frame } = this;
    const scale = this.scale(name);
    const { values, rows } = this.shown.heat(name);
    panel.heat(values, rows, scale, { top: 0, height: heat });
    const unit = Math.min(this.unit, units - 1);
    const [top, bottom] = [heat + GAP, heat + GAP + CURVE];
    const span = scale.high - scale.low;
    const y = (shown) => (t) => {
      const part = (shown.at(name, t) - scale.low) / span;
      return bottom - 2 - Math.min(1.04, Math.max(-0.04, part)) * (CURVE - 4);
    };
    const zero = bottom - 2 - ((0 - scale.low) / span) * (CURVE - 4);
    panel.line(frame.left, zero, frame.right, zero);
    if (this.ghost) panel.curve(y(this.ghost), { colour, alpha: 0.3, width: 2.5 });
    panel.curve(y(this.shown), { colour });
    this.markUnit(panel, unit, heat / units);
    const right = frame.right + 8;
    panel.text("high", right, 11, number(scale.high, 2), { class: "wb-soft" });
    panel.text("low", right, heat - 1, number(scale.low, 2), { class: "wb-soft" });
    panel.text("unit", right, bottom - CURVE / 2 + 2, `unit ${unit}`, this.loud ? { class: "", "font-weight": 700 } : { class: "wb-soft", "font-weight": 400 });
  }

  /** A small wedge beside the heat map at the unit whose curve is drawn. */
  markUnit({ ink }, unit, tall) {
    const [x, y] = [this.frame.left - 2, (unit + 0.5) * tall];
    ink.fillStyle = this.frame.colour("ink");
    ink.beginPath();
    ink.moveTo(x, y);
    ink.lineTo(x - 6, y - 4);
    ink.lineTo(x - 6, y + 4);
    ink.fill();
  }

  /** The sentence: what the gates let through here, or what the last change did. */
  speak() {
    const { frame, shown, unit, dragging, ghost, clamps, output, colours } = this;
    const { passes, wiring } = this.original.about;
    const about = { frame, shown, unit, output, colours, network: this.network, passes, wiring, free: ghost ?? shown };
    if (Object.keys(clamps).length) frame.say(...sayHeld(about, clamps));
    else if (dragging) {
      const [name, index] = dragging;
      const [value, first] = [this.network, this.original].map((net) => net.parameters[name][index]);
      frame.say(...sayDragged(about, { label: this.weights.label(index, name), value, first }, ghost));
    } else frame.say(...sayStep(about));
  }
}

export const gates = (el, subject, send) => new Gates(el, subject, send);
