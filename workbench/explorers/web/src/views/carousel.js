/**
 * What the forget gate keeps of the cell state and of the gradient, over the lag: by its bias
 * alone, on a run, and beside other cells. Drag the bias, and the time scale follows.
 */

import { drawParts, partsOf } from "../frame/bandline.js";
import { slider, tabs, make } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { number } from "../frame/words.js";
import * as measure from "../measures/carousel.js";
import { Decades } from "./carousel/decades.js";
import { GateCurve, lasts, steps } from "./carousel/gatecurve.js";
import { drawNames } from "./carousel/names.js";
import { left, sentence } from "./carousel/words.js";

const TITLE = 22; // pixels of the words above a panel
const LINEAR = 80;
const LOG = 112;
const BACK = "gradient k steps back, log scale";
const ALONG = "; along c: o · tanh′(c) of the last step, times f a step"; // why it starts below 1
const WIDE = 560; // pixels from which both have room
const WORDS = 168; // pixels that the half-life takes in words
const LONG = 14; // letters of a network's name beside its curve
const HINT = "The carousel: the error in c goes round, times the forget gate f at each step. "
  + "Chrono start: every unit draws its bias, for memories up to the length.";
const SWEEP = 5; // slider places from one picture of a play to the next

const brief = (name) => (name.length > LONG ? `${name.slice(0, LONG - 1)}…` : name);

class Carousel {
  constructor(el, subject, send) {
    Object.assign(this, { subject, send, ghost: null, stale: true, others: null });
    const { title, question, networks, biases, lengths, length, lag } = subject;
    this.frame = new Frame(el, {
      title, question, steps: length + 1, left: 112, right: 192,
      times: { kind: "step", values: null, name: "lag k, in steps" },
    });
    const { frame } = this;
    frame.root.classList.add("wb-carousel");
    frame.body.setAttribute("aria-label", "lag in steps");
    frame.name = (k) => `lag ${k}`;
    frame.step = this.lag = lag;
    frame.stepped = (k) => (this.lag = k);
    [this.network] = networks;
    this.given = this.network.parameters;
    this.length = length;
    this.addControls(biases, lengths);
    this.addPanels(biases);
    frame.draw = () => this.draw();
    frame.advance = () => this.advance();
    frame.rewind = () => this.rewind();
  }

  addControls([low, high, step], lengths) {
    const own = this.given["b.f"];
    const stands = own.every((b) => b === own[0]) && own[0] >= low && own[0] <= high
      && Math.abs(own[0] / step - Math.round(own[0] / step)) < 1e-6;
    this.start = stands ? "constant" : "given";
    this.first = { start: this.start, bias: stands ? own[0] : 1 };
    const word = `--${this.network.key}-text`;
    const options = [["constant", "one bias", word], ["chrono", "chrono start", word]];
    if (!stands) options.push(["given", "as given", word]);
    const { frame } = this;
    this.bias = frame.add(slider({
      label: "forget bias", min: low, max: high, step, value: this.first.bias, format: (b) => this.tellBias(b),
      onInput: (bias) => this.turn("constant", bias), onDone: () => this.release(),
    }));
    this.reach = frame.add(slider({
      label: "length", min: lengths[0], max: lengths[1], step: 1, value: this.length, format: steps,
      onInput: (length) => this.resize(length), onDone: () => this.release(),
    }));
    this.starts = frame.add(tabs({
      label: "start", options, value: this.first.start,
      onChange: (start) => {
        this.turn(start, this.bias.value);
        this.release();
      },
    }));
    this.starts.element.title = "chrono start: every unit draws a bias of its own, for memories of up to the length";
    frame.addPlay();
    frame.controls.after(make("p", { class: "wb-hint" }, HINT));
  }

  addPanels(biases) {
    const { frame } = this;
    const above = make("div", { class: "wb-above" });
    frame.body.before(above);
    this.curve = new GateCurve(frame, {
      range: biases, key: this.network.key, into: above,
      onInput: (bias) => this.turn("constant", bias),
      onDone: () => this.release(),
      onReset: () => {
        this.turn(this.first.start, this.first.bias);
        this.release();
      },
    });
    this.decades = [new Decades(TITLE, LOG), new Decades(TITLE, LOG)];
    const tall = TITLE + LOG + Decades.below + 8;
    const tell = (curves) => (x) => this.tell(frame.stepAt(x), curves());
    this.linear = frame.panel({ height: TITLE + LINEAR + 8, label: "share kept, linear", tell: tell(() => this.kept()) });
    this.log = frame.panel({ height: tall, label: "share kept, log scale", tell: tell(() => this.kept()) });
    this.back = frame.panel({ height: tall, label: "gradient left, log scale", tell: tell(() => this.left()) });
    this.axis = frame.panel({ height: 40, label: "lag axis" });
  }

  close() {
    this.frame.close();
  }

  /** Start the forget gate another way; what was shown before stays as a ghost. */
  turn(start, bias) {
    this.ghost ??= this.found;
    this.held = true;
    this.start = start;
    this.starts.set(start);
    this.bias.set(bias);
    this.stale = true;
    this.frame.redraw();
  }

  /** The slider's own bias; while the units have theirs it rests, and tells them. */
  tellBias(bias) {
    if (this.start === "constant") return number(bias);
    const biases = this.found?.biases ?? this.given["b.f"];
    return `${number(Math.min(...biases), 2)} to ${number(Math.max(...biases), 2)}, by unit`;
  }

  showBias() {
    const { element, input, value } = this.bias;
    input.disabled = this.start !== "constant";
    element.title = input.disabled ? "every unit has a bias of its own: “one bias” gives this slider back" : "";
    this.bias.set(value);
  }

  resize(length) {
    this.ghost ??= this.found;
    Object.assign(this, { length, held: true, stale: true, others: null });
    this.frame.setSteps(length + 1);
    this.frame.step = Math.min(this.lag, length);
  }

  release() {
    this.sweeping &&= Boolean(this.frame.playing);
    this.held = false;
    if (this.stale || this.found.waiting) this.update();
    this.ghost = null;
    this.frame.redraw();
    this.send({ network: this.network.label }, this.parameters());
  }

  rewind() {
    const { min, max } = this.bias.input;
    if (this.start !== "constant" || this.bias.value === Number(max)) this.turn("constant", Number(min));
  }

  /** The next picture of a play: a greater bias. */
  advance() {
    const { max, step } = this.bias.input;
    const next = Math.min(Number(max), Number((this.bias.value + SWEEP * step).toFixed(6)));
    const on = next !== this.bias.value;
    if (on) this.turn("constant", next);
    this.sweeping = on; // the scales only widen while it goes on
    this.release();
    return on;
  }

  /** The parameters that the chosen start sets. */
  parameters() {
    const { given, subject, start, length } = this;
    const names = Object.keys(given).filter((name) => name === "b.f" || name === "b.i");
    const found = Object.fromEntries(names.map((name) => [name, given[name]]));
    if (start === "constant") found["b.f"] = new Float64Array(given["b.f"].length).fill(this.bias.value);
    if (start !== "chrono") return found;
    const { forget, input } = measure.chronoBiases(subject.arrays.chrono.values, length);
    return { ...found, "b.f": forget, ...("b.i" in found && { "b.i": input }) };
  }

  /** Run again what has changed. */
  update() {
    const { subject, length, network } = this;
    const { x, networks } = subject;
    const read = x.subarray(x.length - length * network.sizes.input_size);
    const own = network.with(this.parameters());
    this.stale = false;
    if (subject.large && this.held) {
      this.wait(own.parameters["b.f"]);
      return;
    }
    const run = own.run(read);
    const kept = measure.measuredRetention(run);
    const biases = run.parameters["b.f"];
    this.others ??= networks.slice(1).map((net) => ({
      label: net.label, key: net.key, left: measure.gradientLeft(net.run(read)).left,
    }));
    this.found = {
      biases, halfLives: Array.from(biases, measure.halfLife), ...kept,
      ...measure.gradientLeft(run, kept.units), size: measure.cellSize(run), others: this.others,
    };
  }

  /** Under the hand a large network shows what needs no run; the rest follows on release. */
  wait(biases) {
    const none = new Float64Array(this.length + 1).fill(NaN);
    this.found = {
      ...this.found, waiting: true, biases, halfLives: Array.from(biases, measure.halfLife),
      open: measure.openLoop(biases, this.length), mean: none, left: none, alone: none, units: null,
      others: this.others ?? [],
    };
  }

  /** The curves of the cell state: what they are called, their numbers, their looks. */
  kept({ open, mean, biases } = this.found) {
    const { key } = this.network;
    return [
      { name: "σ(b)ᵏ, dashed", values: open, colour: "reference", word: "reference-text", width: 1.8, dash: [6, 4], exact: biases },
      { name: `on ${brief(this.subject.input)}`, values: mean, colour: key, word: `${key}-text`, width: 2.6 },
    ];
  }

  /** The curves of the gradient. */
  left({ left, alone, others } = this.found) {
    const { label, key } = this.network;
    const own = { colour: key, word: `${key}-text` };
    return [
      ...others.map((net) => ({ name: net.label, values: net.left, colour: net.key, word: `${net.key}-text`, width: 1.8 })),
      { name: "along c alone", values: alone, ...own, width: 1.8, dash: [5, 4] },
      { name: `${brief(label)}, all ways`, values: left, ...own, width: 2.8 },
    ];
  }

  tell(k, curves) {
    return `${k} ${k === 1 ? "step" : "steps"} back: ${curves.map(({ name, values }) => `${name} ${this.valueAt(values, k)}`.trim()).join(", ")}`;
  }

  /** What is left in a curve at a lag; nothing where the run is waited for. */
  valueAt(values, k) {
    return this.found.waiting && Number.isNaN(values[k]) ? "" : left(values[k]);
  }

  draw() {
    if (this.stale) this.update();
    const { frame, found, ghost } = this;
    this.showBias();
    this.curve.draw(found.biases, ghost?.biases);
    this.drawLinear();
    const [log, back] = this.decades;
    if (!ghost) {
      log.fit([...this.kept().map(({ values }) => values), found.units ?? []], this.sweeping);
      back.fit(this.left().map(({ values }) => values), this.sweeping);
    }
    this.drawPanel(this.log, "the same, log scale", this.kept(), ghost && this.kept(ghost), log, found.units);
    const title = frame.right - frame.left > WIDE ? BACK + ALONG : BACK;
    this.drawPanel(this.back, title, this.left(), ghost && this.left(ghost), back);
    frame.timeAxis(this.axis);
    const x = Math.min(frame.right - 20, Math.max(frame.left + 20, frame.x(frame.step)));
    this.axis.text("mark", x, 36, `‹ lag ${frame.step} ›`, { "text-anchor": "middle", "font-weight": 600 });
    this.speak();
  }

  drawLinear() {
    const { linear: panel, frame, found, ghost } = this;
    const scale = { top: TITLE, tall: LINEAR, y: (value) => TITLE + (1 - value) * LINEAR };
    scale.bottom = TITLE + LINEAR;
    scale.draw = () => {
      for (const level of [0, 0.5, 1]) {
        panel.line(frame.left, scale.y(level), frame.right, scale.y(level));
        panel.text(`level ${level}`, frame.left - 8, scale.y(level) + 4, number(level), { class: "wb-soft", "text-anchor": "end" });
      }
    };
    this.drawPanel(panel, "share left of the cell state after k steps", this.kept(), ghost && this.kept(ghost), scale, found.units, () => this.drawHalf(panel, scale));
  }

  /** A panel of curves over the lag; units: thin curves beneath (lags * units), or null. */
  drawPanel(panel, title, curves, ghost, scale, units = null, more = () => {}) {
    const { frame } = this;
    panel.begin();
    scale.draw(panel);
    panel.text("title", frame.left, 13, title);
    this.drawUnits(panel, scale, units);
    ghost?.forEach((curve, n) => this.drawCurve(panel, curve, scale, 3 * n, 0.3));
    curves.forEach((curve, n) => this.drawCurve(panel, curve, scale, 3 * n, 1));
    this.drawMarks(panel, curves, scale);
    more();
    this.nameCurves(panel, curves, scale, units);
    panel.end();
  }

  drawCurve(panel, { values, colour, width, dash, exact }, scale, off, alpha) {
    const { frame } = this;
    const look = { colour: frame.colour(colour), width, dash, alpha };
    if (exact && !scale.bandOf) {
      this.drawExact(panel, exact, scale, look);
      return;
    }
    this.drawValues(panel, values.subarray(0, frame.steps), scale, off - 4, look);
  }

  drawValues({ ink }, values, scale, off, look) {
    const axis = scale.bandOf ? scale : { bandOf: () => null, y: scale.y };
    drawParts(ink, partsOf(values, (k) => this.frame.x(k), axis, off), look);
  }

  /** σ(b)ᵏ between whole lags too, so that the half-life lies on it. */
  drawExact({ ink }, biases, scale, look) {
    const { frame } = this;
    const points = [];
    for (let x = frame.x(0); x <= frame.x(frame.steps - 1); x += 2)
      points.push([x, scale.y(measure.openLoopAt(biases, (x - frame.x(0)) / (frame.x(1) - frame.x(0))))]);
    drawParts(ink, { lines: [points], dots: [], marks: [] }, look);
  }

  drawUnits(panel, scale, units) {
    if (!units) return;
    const count = units.length / this.frame.steps;
    const look = { colour: this.frame.colour(this.network.key), width: 0.75, alpha: 0.35, marked: false };
    for (let j = 0; j < count; j++) {
      const own = Float64Array.from({ length: this.frame.steps }, (_, k) => units[k * count + j]);
      this.drawValues(panel, own, scale, 0, look);
    }
  }

  /** A dot on each curve at the marked lag. */
  drawMarks({ ink }, curves, scale) {
    const { frame } = this;
    curves.forEach(({ values, colour }, n) => {
      const y = scale.y(values[frame.step], 3 * n - 4);
      if (!(y === y)) return;
      ink.fillStyle = frame.colour(colour);
      ink.beginPath();
      ink.arc(frame.x(frame.step), y, 3.5, 0, 2 * Math.PI);
      ink.fill();
    });
  }

  /** The half-life: a drop line where one half is left, or a stroke for each unit. */
  drawHalf(panel, scale) {
    const { frame, found } = this;
    const { ink } = panel;
    const { halfLives } = found;
    const y = scale.y(0.5);
    const same = halfLives.every((steps) => steps === halfLives[0]);
    const seen = halfLives.filter((steps) => steps <= frame.steps - 1);
    const colour = frame.colour("ink");
    if (same && seen.length) panel.line(frame.x(seen[0]), y, frame.x(seen[0]), scale.bottom, { colour, dash: [2, 3] });
    ink.fillStyle = colour;
    if (same && seen.length) {
      ink.beginPath();
      ink.arc(frame.x(seen[0]), y, 4, 0, 2 * Math.PI);
      ink.fill();
    }
    if (!same) for (const steps of seen) panel.line(frame.x(steps), y - 5, frame.x(steps), y + 5, { colour });
    const beyond = halfLives.length - seen.length;
    const text = same
      ? `half-life ${lasts(halfLives[0])}${beyond ? " →" : ""}`
      : `half-lives of the ${halfLives.length} units${beyond ? `, ${beyond} beyond →` : ""}`;
    const x = same && seen.length ? frame.x(seen[0]) : frame.right;
    // A curve that has its half-life far right leaves room below it, units have theirs above.
    const place = !same ? [frame.right - 4, TITLE + 14, "end"]
      : x > frame.right - WORDS ? [x - 8, scale.bottom - 6, "end"] : [x + 10, y - 5, "start"];
    panel.text("half", place[0], place[1], text, { class: "wb-halo", "font-weight": 600, "text-anchor": place[2] });
  }

  /** The names at the ends of the curves; apart from them, what is left at the marked lag. */
  nameCurves(panel, curves, scale, units) {
    const { frame } = this;
    const last = frame.steps - 1;
    const labels = curves.map(({ name, values, word }, n) =>
      ({ name, word, end: scale.y(values[last], 3 * n - 4), value: this.valueAt(values, frame.step) }));
    if (units) {
      const count = units.length / frame.steps;
      const end = scale.y(Math.max(...units.subarray(last * count)));
      labels.push({ name: `each of ${count} units, thin`, word: `${this.network.key}-text`, end, value: "" });
    }
    drawNames(panel, labels, { lag: frame.step, top: TITLE + 6, bottom: scale.bottom });
  }

  /** The sentence: what the gate alone would keep, and what the gradient in this network does. */
  speak() {
    const { frame, found, start, length, network } = this;
    frame.say(...sentence(found, { lag: frame.step, start, length, network }));
  }
}

export const carousel = (el, subject, send) => new Carousel(el, subject, send);
