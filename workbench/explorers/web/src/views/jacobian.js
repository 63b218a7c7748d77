/**
 * The triangle of the norms of dS_t/dS_k; for the pair that is chosen its singular values, the
 * norms at every earlier k under their bound, and what each step adds to the gradient of a
 * parameter. Drag the recurrent gain, move over the triangle: everything follows.
 */

import { choice, make, slider, tabs } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { Kernel, tellTier } from "../frame/kernel.js";
import { number, numberOfLog } from "../frame/words.js";
import { recurrentMatrices, recurrentParameter, withGain } from "../measures/jacobian.js";
import { Bars, LAGS } from "./jacobian/bars.js";
import { Decay } from "./jacobian/decay.js";
import { percent } from "./jacobian/percent.js";
import { KernelResult, Result, firstOf } from "./jacobian/result.js";
import { Triangle } from "./jacobian/triangle.js";
import { Values } from "./jacobian/values.js";

const FADED = -1; // log10 of an influence that the sentence sets against the gradient
const HEALTHY = [0.1, 10]; // times the gradient that the loss starts with
const WHOLE = "\u2060"; // after a slash: no line ends here
const LEFT = 88;
const RIGHT = 184; // the column beside the time axis

class Jacobian {
  constructor(el, subject, send) {
    const { title, question, shown, steps: all, gain, before } = subject;
    Object.assign(this, { subject, send, ghost: null, shown, all, state: null });
    this.start = { t: shown - 1, k: Math.max(0, shown - 1 - before) };
    this.k = this.start.k;
    this.window = all - shown;
    this.frame = new Frame(el, {
      title, question, steps: shown, times: this.timesFrom(this.window), left: LEFT, right: RIGHT,
    });
    this.frame.root.classList.add("wb-jacobian");
    this.kernel = new Kernel(send.ask, this.frame);
    this.addControls(gain);
    this.addPanels();
    this.listen();
    if (subject.large) this.startLarge();
    else this.chooseCell(0);
  }

  /** Python computes: what it told at first is shown; without it nothing else can be. */
  startLarge() {
    const { subject, frame, send } = this;
    this.wished = { ...subject.first, network: subject.networks[0].label, index: 0 };
    this.take({ about: subject.first, arrays: firstOf(subject.arrays) }, 0);
    tellTier(frame, {
      ask: send.ask, rests: true,
      without: "this is what Python saw first. The norms of all pairs are here; for anything else run the cell in a notebook.",
    });
    if (send.ask) return;
    for (const control of frame.controls.querySelectorAll("input, select, .wb-tabs button")) control.disabled = true;
  }

  /** Wish something else of Python, which changes what is shown when it answers. */
  wish(change) {
    const { subject, frame } = this;
    const index = change.index ?? this.wished.index;
    Object.assign(this.wished, change, { network: subject.networks[index].label, index });
    const asked = { ...this.wished, t: frame.step, k: this.k, triangle: true };
    this.kernel.want(asked, (answer) => this.take(answer, index));
  }

  take({ about, arrays }, index) {
    this.network = this.subject.networks[index];
    Object.assign(this, { state: about.state, window: about.first, ghost: null });
    this.frame.times = this.timesFrom(about.first);
    this.measured = new KernelResult(this.network, about, arrays, this.shown);
    this.fillChoices();
    if (about.parameter) this.parameter.set(about.parameter);
    this.settle();
  }

  /** Ask for the numbers of the pair that is chosen, where they are not there yet. */
  wantPair() {
    const { frame, k, measured } = this;
    const parameter = this.parameter.value || null;
    const pair = `${frame.step} ${k} ${parameter}`;
    if (!this.send.ask || measured.has(frame.step, k, parameter) || this.asked === pair) return;
    this.asked = pair;
    this.wished.parameter = parameter;
    this.kernel.want({ ...this.wished, t: frame.step, k, triangle: false }, ({ about, arrays }) => {
      this.asked = null;
      if (measured === this.measured) measured.add(about, arrays);
    });
  }

  close() {
    this.frame.close();
  }

  timesFrom(first) {
    const { values, ...times } = this.subject.times;
    return { ...times, from: first, values: values?.slice(first, first + this.shown) };
  }

  addControls(gain) {
    const { frame, subject } = this;
    frame.add(tabs({
      label: "cell", value: 0, onChange: (k) => this.chooseCell(k),
      options: subject.networks.map((net, k) => [k, net.label, `--${net.key}-text`]),
    }));
    this.gain = frame.add(slider({
      label: "recurrent gain", min: 0, max: 2, step: 0.01, value: gain, format: (v) => number(v, 3),
      onInput: () => this.dragged(), onDone: () => this.released(),
    }));
    this.states = frame.add(choice({ label: "state", options: [], value: "", onChange: (state) => this.chooseState(state) }));
    this.parameter = frame.add(choice({ label: "gradient of", options: [], value: "", onChange: () => frame.redraw() }));
    frame.addPlay();
    const hint = make("p", { class: "wb-hint" }, "Press a pair; a double click goes back.");
    frame.controls.after(hint);
    if (this.all === this.shown) return;
    const last = this.all - this.shown;
    frame.add(slider({
      label: "showing", min: 0, max: last, step: 1, value: last, format: (first) => this.nameWindow(first),
      onInput: (first) => this.moveWindow(first),
      onDone: (first) => (this.subject.large ? this.wish({ first }) : this.settle()),
    }));
    hint.append(` Each pair costs a product, so ${this.shown} of ${this.all} steps are shown.`);
    hint.title = "the steps before those only give the state that they start from";
  }

  /** What the window shows: its first and its last step. */
  nameWindow(first) {
    const { values, kind } = this.subject.times;
    const named = values && kind !== "label";
    const [from, to] = [first, first + this.shown - 1].map((t) => (named ? values[t] : t));
    return `${named ? "" : "steps "}${from} to ${to}`;
  }

  addPanels() {
    const { frame } = this;
    this.values = new Values(this);
    this.triangle = new Triangle(this);
    this.decay = new Decay(this);
    this.bars = new Bars(this);
    this.axis = frame.panel({ height: 40, label: "time axis" });
    frame.draw = () => this.draw();
    frame.stepped = () => this.chooseEarlier(this.k);
    frame.rewind = () => frame.step === frame.steps - 1 && frame.setStep(this.k + 1);
  }

  listen() {
    const { frame } = this;
    frame.body.setAttribute("aria-label", "step t; up and down choose step k");
    frame.body.addEventListener("keydown", (event) => {
      const far = event.shiftKey ? 10 : 1;
      const by = { ArrowUp: far, ArrowDown: -far }[event.key];
      if (by === undefined || event.target !== frame.body) return;
      this.chooseEarlier(this.k + by);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** k is before t: a state compared with itself tells nothing. */
  chooseEarlier(k) {
    this.k = Math.max(0, Math.min(this.frame.step - 1, k));
    this.frame.redraw();
  }

  choosePair(t, k) {
    this.frame.setStep(t);
    this.chooseEarlier(k);
  }

  chooseCell(index) {
    if (this.subject.large) {
      const { cell } = this.subject.networks[index];
      this.wish({ index, state: null, parameter: recurrentParameter(cell) });
      return;
    }
    this.network = this.subject.networks[index];
    this.fillChoices();
    this.measure();
    this.settle();
    if (this.gain.value !== this.gain.first) this.tellPython();
  }

  /** The states and parameters of the cell that is shown. */
  fillChoices() {
    const { cell } = this.network;
    const names = Object.keys(cell.states);
    if (names.length === 1 || !names.includes(this.state)) this.state = null;
    const options = names.length > 1 ? [["", `all: ${names.join(", ")}`], ...names.map((n) => [n, n])] : [["", names[0]]];
    this.states.fill(options, this.state ?? "");
    this.enable(this.states, names.length > 1);
    const parameters = Object.keys(cell.parameters);
    const chosen = parameters.includes(this.parameter.value) ? this.parameter.value : recurrentParameter(cell) ?? "";
    this.parameter.fill(parameters.map((name) => [name, name]), chosen);
    this.enable(this.parameter, parameters.length > 0);
    this.enable(this.gain, recurrentMatrices(cell).length > 0);
  }

  /** A control that this cell has no use for keeps its place, so that nothing moves. */
  enable(control, useful) {
    control.element.querySelector("select, input").disabled = !useful;
  }

  chooseState(state) {
    if (this.subject.large) return this.wish({ state: state || null });
    this.state = state || null;
    this.measure();
    this.settle();
  }

  moveWindow(first) {
    if (this.subject.large) return;
    this.window = first;
    this.frame.times = this.timesFrom(first);
    this.measure();
  }

  /** Something has changed: what it gives is computed when it is next drawn. */
  measure() {
    this.measured = null;
    this.frame.redraw();
  }

  get result() {
    this.measured ??= new Result(
      Object.assign(withGain(this.network, this.gain.value), { about: this.network.about }),
      this.subject.x, this.window, this.shown, this.state,
    );
    return this.measured;
  }

  dragged() {
    if (this.subject.large) return;
    this.ghost ??= this.result;
    this.measure();
  }

  released() {
    if (this.subject.large) return this.wish({ gain: this.gain.value });
    this.ghost = null;
    this.settle();
    this.tellPython();
  }

  /** The network that is shown, with its gain: cells share the slider, so each is told as it comes. */
  tellPython() {
    const { parameters, cell } = this.result.network;
    const changed = recurrentMatrices(cell).map((name) => [name, parameters[name]]);
    this.send({ network: this.network.label }, Object.fromEntries(changed));
  }

  /** Fit the axes to what is shown now; while a hand drags they only widen. */
  settle() {
    for (const part of [this.decay, this.values, this.bars]) part.settle();
    this.frame.redraw();
  }

  /** What the states are called: h, (h,c), c. */
  get symbol() {
    const names = Object.keys(this.network.cell.states);
    return this.state ?? (names.length === 1 ? names[0] : `(${names.join(",")})`);
  }

  derivative(t = "t", k = "k") {
    return `∂${this.symbol}[${t}]/∂${this.symbol}[${k}]`;
  }

  /** A step in brackets: its year or date, or its number. */
  short(t) {
    const { times } = this.frame;
    return times.kind === "label" || !times.values ? t + times.from : String(times.values[t]);
  }

  /** The same in words where it is a number. */
  brief(t) {
    return typeof this.short(t) === "number" ? `step ${this.short(t)}` : this.short(t);
  }

  tellPair(t, k) {
    const steps = t - k === 1 ? "1 step" : `${t - k} steps`;
    return `‖${this.derivative(this.short(t), this.short(k))}‖ = ${numberOfLog(this.result.at(t, k))}, over ${steps}`;
  }

  /** What the bound says of this many steps; above 1 it allows growth and does not promise it. */
  tellBound(lag) {
    const log = lag * this.result.bound;
    const bound = numberOfLog(log, 2);
    return log > 0 ? `the bound, ${bound}, is above 1 and promises nothing` : `the bound allows ${bound}`;
  }

  draw() {
    for (const part of [this.triangle, this.decay, this.bars]) part.draw();
    this.frame.timeAxis(this.axis);
    this.speak();
    if (this.subject.large) this.wantPair();
  }

  speak() {
    const { frame, k, result } = this;
    const t = frame.step;
    frame.say(...this.sayInfluence(t, k), " ", ...this.sayGradient(t, result));
  }

  sayInfluence(t, k) {
    const { frame, result } = this;
    const log = result.at(t, k);
    if (t === k) return [`At ${frame.name(t)} the state is compared with itself: influence 1. Choose a later t.`];
    const lag = t - k;
    const over = lag === 1 ? "1 step" : `${lag} steps`;
    const left = log === -Infinity ? "exactly 0" : numberOfLog(log, 2);
    const each = Number.isFinite(log) ? `, a factor ${numberOfLog(log / lag, 2)} a step` : "";
    return [
      `From ${frame.name(k)} to ${frame.name(t)}, ${over}, the influence of the state is `,
      [left, `${this.network.key}-text`], `${each}; ${this.tellBound(lag)}.`,
    ];
  }

  /** What a gradient of a parameter can be held against: the 1 that the loss starts with. */
  sayHealth(whole) {
    if (!Number.isFinite(whole)) return "";
    const [least, most] = HEALTHY;
    const word = whole < least ? "small" : whole > most ? "large" : "healthy";
    const [output] = Object.keys(this.network.cell.states);
    return `, ${word} beside the ‖∂L/${WHOLE}∂${output}‖ = 1 that the loss starts with`;
  }

  sayGradient(t, result) {
    const name = this.parameter.value;
    if (!name) return [];
    const lags = result.lags(t, name);
    if (!lags) return [];
    const { whole, shares, upTo } = lags;
    const faded = result.at(t, this.k) < FADED;
    const said = [`${faded && whole >= HEALTHY[0] ? "Yet " : ""}‖∂L/${WHOLE}∂${name}‖ is `, [number(whole, 3), "back-text"], this.sayHealth(whole)];
    if (shares.length <= LAGS || !(upTo[t] > 0)) return [...said, "."];
    const part = upTo[this.k] / upTo[t];
    const before = part ? percent(part, faded ? "only " : "") : "nothing";
    const last = `of all that the steps add, the last ${LAGS} add ${percent(shares[LAGS - 1])}`;
    return [...said, `: ${last} and those up to ${this.brief(this.k)} ${before}.`];
  }
}

export const jacobian = (el, subject, send) => new Jacobian(el, subject, send);
