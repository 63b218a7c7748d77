/**
 * How far back the error at one step reaches: arcs to the earlier steps over the norms of all
 * networks on a log axis. Drag the step of the loss, the step that is compared, the recurrent gain,
 * the forget bias, the length; choose an activation.
 */

import { signed } from "../frame/colours.js";
import { choice, make, slider, tabs } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { ALONE, Kernel, tellTier } from "../frame/kernel.js";
import { gradientReach, stepFactor } from "../measures/gradients.js";
import { bentByHand, extrasOf, handsMessage, readAnswer, wishOf } from "./gradients/answer.js";
import * as arcs from "./gradients/arcs.js";
import { HEIGHT, drawCurves, drawnNorms, linesOf, namesOf, nearest } from "./gradients/curves.js";
import { FitScale } from "./gradients/fitscale.js";
import { Marker } from "./gradients/marker.js";
import { widened } from "./gradients/scale.js";
import { sentence, told } from "./gradients/sentence.js";
import { LEFT, RIGHT, byState, fitted, hint, lossAt, room, signedTwo, widthOf } from "./gradients/texts.js";

const INPUT = 48;
const MARKS = 22;
const LAG = 48; // steps back of the compared step at first, where there are twice as many
const LETTER = 9; // pixels from step to step from which on every letter is written

const lagFor = (steps) => Math.min(LAG, Math.floor(steps / 2));

class Gradients {
  constructor(el, subject, send) {
    const { title, question, steps, times, networks } = subject;
    const left = room(LEFT, [...namesOf(subject), subject.input]);
    const right = room(RIGHT, [0, steps - 1].map((t) => lossAt(times, t)));
    Object.assign(this, { subject, send, full: steps, used: steps, at: subject.at, picked: 0 });
    Object.assign(this, { gain: 1, bias: 0, wanted: Math.max(1, Math.min(lagFor(steps), subject.at)), ghost: null });
    this.hands = networks.map((net) => ({ ...net.about.choices[0][0], ...net.numbers }));
    this.fit = (name) => fitted(name, left - LEFT.leader);
    const frame = (this.frame = new Frame(el, { title, question, steps, times, left, right }));
    frame.step = this.at;
    this.wished = { at: this.at, used: steps };
    this.kernel = new Kernel(send.ask, frame);
    this.asks = subject.large && Boolean(send.ask);
    this.rests = subject.large && (subject.rests || !send.ask);
    this.addControls();
    this.addPanels();
    frame.stepped = (t) => this.setLoss(t + this.full - frame.steps);
    frame.draw = () => this.draw();
    frame.body.addEventListener("pointerdown", () => this.begin(), { capture: true });
    for (const end of ["pointerup", "pointercancel"]) frame.body.addEventListener(end, () => this.release());
    this.renew();
    this.settle();
  }

  close() {
    this.frame.close();
  }

  addControls() {
    const { frame, subject } = this;
    const { networks } = subject;
    frame.root.classList.add("wb-gradients");
    frame.add(tabs({
      label: "network", value: 0, onChange: (k) => this.pick(k),
      options: networks.map((net, k) => [k, net.label, `--${net.key}-text`]),
    }));
    frame.addPlay();
    const hand = (name, more) =>
      frame.add(slider({
        onInput: (value) => this.bend(() => more.apply(value)), onDone: () => this.release(),
        format: (value) => value.toFixed(2), label: name, ...more,
      }));
    hand("recurrent gain", { min: 0, max: 2, step: 0.01, value: 1, apply: (value) => (this.gain = value) });
    if (networks.some(({ about }) => about.keeps.length))
      hand("forget bias", {
        min: -4, max: 6, step: 0.05, value: 0, apply: (value) => (this.bias = value), format: signedTwo,
      });
    hand("length", { min: 2, max: this.full, step: 1, value: this.full, format: String, apply: (value) => this.cut(value) });
    networks.forEach((net, k) => this.addOwn(net, k, hand));
    this.hint = make("p", { class: "wb-hint" });
    const hands = "Press an arc to compare its step; press or drag in the curves to move the loss. A double click resets a slider.";
    frame.controls.after(this.hint, make("p", { class: "wb-hint" }, hands));
    if (subject.large) tellTier(frame, { ask: this.asks, rests: this.rests, without: ALONE });
  }

  drawHint() {
    const words = hint(this.subject, this.runs ?? []);
    if (this.hint.textContent !== words) this.hint.textContent = words;
  }

  /** Controls for the hyper-parameters that one network's cell has. */
  addOwn({ label, about }, k, hand) {
    for (const [name, value] of Object.entries(about.choices[0][0])) {
      const options = [...new Set(about.choices.map(([chosen]) => chosen[name]))];
      this.frame.add(choice({
        label: `${label} ${name}`, value, options: options.map((own) => [own, own]),
        onChange: (chosen) => {
          this.bend(() => (this.hands[k][name] = chosen));
          this.release();
        },
      }));
    }
    for (const [name, [min, max]] of Object.entries(about.ranges))
      hand(`${label} ${name}`, {
        min, max, step: (max - min) / 100, value: about.numbers[name],
        apply: (value) => (this.hands[k][name] = value),
      });
  }

  addPanels() {
    const { frame } = this;
    const tellPicked = (step) => this.tellPicked(step);
    this.arcs = frame.panel({
      height: arcs.HEIGHT, label: "arcs to earlier steps", scrub: false,
      tell: (x, y) => this.told(this.under({ x, y }), tellPicked),
    });
    arcs.listen(this.arcs, (point) => {
      const step = this.under(point);
      if (step !== null) this.compare(this.at - step);
    });
    this.arcs.element.addEventListener("pointermove", (event) => arcs.clearArcs(this.arcs, event));
    this.marks = frame.panel({ height: MARKS, label: "the step of the loss" });
    this.input = frame.panel({ height: INPUT, label: "the input", tell: (x) => this.tell(x, tellPicked) });
    this.plot = frame.panel({
      height: HEIGHT, label: "norms of the gradient over time",
      tell: (x, y) => this.tell(x, (step) => this.tellNearest(step, y)),
    });
    this.plot.element.addEventListener("dblclick", (event) => {
      if (event.clientX - this.plot.element.getBoundingClientRect().left > frame.right) this.fitScale();
    });
    this.under = (point) => (this.curves ? arcs.stepUnder(frame, this.curves[this.picked], this.measure, (step) => this.place(step), point) : null);
    this.axis = frame.panel({ height: 40, label: "time axis" });
    this.fitting = new FitScale(frame, () => this.fitScale());
    this.marker = new Marker(frame, {
      onInput: (t) => this.compare(this.at - (t + this.offset)),
      onMove: (steps) => this.compare(this.lag + steps),
      onReset: () => this.compare(lagFor(this.used)),
    });
  }

  /** The step of the whole sequence that stands first in the frame. */
  get offset() {
    return this.full - this.frame.steps;
  }

  /** The first step that is read. */
  get first() {
    return this.full - this.used;
  }

  /** How many steps back the compared step is; 0 where there is no earlier one. */
  get lag() {
    return Math.min(this.wanted, this.at - this.first);
  }

  place(step) {
    return this.frame.x(step - this.offset);
  }

  name(step) {
    return this.frame.name(step - this.offset);
  }

  pick(k) {
    this.picked = k;
    this.settle();
  }

  setLoss(at) {
    this.wished.at = at;
    this.renew(() => this.follow());
    if (!this.ghost) this.settle();
  }

  /** Do what the hand wishes: in the page at once, in the kernel when it answers; or when it rests. */
  renew(compute = () => this.compute()) {
    if (this.rests && this.ghost) return;
    if (!this.asks) return void compute(Object.assign(this, this.wished));
    const { gain, bias, subject } = this;
    this.kernel.want(wishOf(subject, { ...this.wished, gain, bias }, this.hands), (answer) => {
      const { at, used } = answer.about;
      Object.assign(this, { at, used }, readAnswer(subject, answer, bias));
      if (this.ghost) return;
      this.show(used);
      this.settle();
    });
  }

  compare(lag) {
    this.wanted = Math.max(1, Math.min(this.at - this.first, lag)); // a lag that moves of the loss keep
    this.frame.redraw();
  }

  /** Remember what is drawn now, as the ghost of what comes. */
  begin() {
    if (this.curves) this.ghost ??= { curves: this.curves, picked: this.picked };
  }

  /** Change something while a hand holds it. */
  bend(change) {
    this.begin();
    change();
    this.changed = true;
    this.renew();
  }

  /** Read only so many steps, counted from the end; the frame shows all until the hand lets go. */
  cut(used) {
    this.wished = { at: Math.max(this.wished.at, this.full - used), used };
    this.show(this.full);
  }

  show(steps) {
    const { frame, subject } = this;
    const { times } = subject;
    if (frame.steps === steps && frame.step === this.at - this.offset) return;
    const from = this.full - steps;
    frame.retime(steps, { ...times, values: times.values?.slice(from), from }, this.at - from);
  }

  release() {
    if (!this.ghost) return;
    this.ghost = null;
    if (this.rests) this.renew();
    this.show(this.used);
    this.settle();
    if (this.changed && !this.asks) this.tellPython();
  }

  compute() {
    const x = this.subject.x.subarray(this.first * this.subject.networks[0].sizes.input_size);
    this.runs = this.subject.networks.map((net, k) => bentByHand(this.subject, net, this.hands[k], this).run(x));
    this.follow();
  }

  /** Follow the loss back through the runs. */
  follow() {
    const { first, at } = this;
    this.curves = this.runs.map((run, k) => {
      const { label, key } = this.subject.networks[k];
      const { total, carried, together, output } = gradientReach(run, at - first);
      const { [output]: own, ...paths } = carried;
      return { label, key, output, first, at, steps: run.steps, norms: total, paths, together };
    });
    this.extras = extrasOf(this.runs, this.subject, (k) => this.functions(k), at - first);
    this.frame.redraw();
  }

  /** Scales of what is drawn, kept while a hand drags so that nothing else moves. */
  settle() {
    if (!this.curves) return;
    const norms = drawnNorms(this.curves, this.picked);
    this.window = widened(norms, this.window);
    this.fitting.offer(this.window, widened(norms));
    this.measure = arcs.measureArcs(this.curves[this.picked].norms, this.at - this.first);
    this.frame.redraw();
  }

  /** Let the scale of the norms be as narrow as it may. */
  fitScale() {
    this.window = undefined;
    this.settle();
  }

  /** All networks in one message: of several in a row a notebook may drop all but the last. */
  tellPython() {
    this.changed = false;
    this.send(...handsMessage(this.runs, this.subject, this.hands));
  }

  tell(x, words) {
    return this.told(this.frame.stepAt(x) + this.offset, words);
  }

  told(step, words) {
    if (!this.curves || step === null) return null;
    if (step < this.first) return `${this.name(step)}: not read`;
    if (step > this.at) return `${this.name(step)}: after the loss, nothing comes back to it`;
    const lag = this.at - step;
    return `${this.name(step)}, ${lag === 0 ? "the loss" : `${lag} back: ${words(step)}`}`;
  }

  tellNearest(step, y) {
    const line = nearest(linesOf(this.curves, this.picked), this.logAxis, step, y);
    return `${line.name} ${told(line.norms[step - line.first])} of the gradient at the loss`;
  }

  /** The gradient of the picked network by each state, and by all of them. */
  tellPicked(step) {
    const { label, output, norms, paths, together, first } = this.curves[this.picked];
    const at = (values) => told(values[step - first]);
    const others = Object.keys(paths);
    const states = [output, ...others];
    const apart = others.map((state) => `, ${byState(state, states)} ${at(paths[state])}`).join("");
    const all = others.length ? `, ∂L/∂(${states.join(", ")}) ${at(together)}` : "";
    return `${label} ${at(norms)} of ‖∂L/∂${output}‖ at the loss${apart}${all}`;
  }

  draw() {
    const { frame } = this;
    this.drawMarks();
    this.drawInput();
    frame.timeAxis(this.axis);
    if (this.curves) this.drawFound();
  }

  /** What has been computed. */
  drawFound() {
    const { frame } = this;
    const place = (step) => this.place(step);
    const step = this.lag > 0 ? this.at - this.lag : null;
    this.drawArcs(place, step);
    const { curves, picked, window, ghost } = this;
    this.logAxis = drawCurves(this.plot, { curves, picked, window, ghost, step }, place, this.fit);
    this.fitting.place(this.axis);
    this.marker.draw(step === null ? null : step - this.offset, this, this.name(step ?? this.at), this.marks);
    this.drawHint();
    frame.say(...this.words());
  }

  drawArcs(place, step) {
    const { arcs: panel, frame, ghost, measure } = this;
    const curve = this.curves[this.picked];
    panel.begin();
    if (ghost) arcs.drawArcs(panel, ghost.curves[ghost.picked], measure, place, { alpha: 0.3 });
    const thin = arcs.drawArcs(panel, curve, measure, place, { step });
    arcs.drawStates(panel, curve, measure, place, frame.colour(curve.key));
    const norms = curve.norms.subarray(0, curve.at - curve.first);
    const drawn = arcs.measureArcs(norms, norms.length).longest > 0;
    const none = norms.some(Number.isNaN) ? "the gradient is not a number" : "nothing reaches an earlier step";
    const words = `${curve.label}: ${drawn ? arcs.thickAs(curve.output, thin) : none}`;
    panel.text("words", frame.left, 12, words, { style: `fill:var(--${curve.key}-text)` });
    panel.text("states", frame.left - 12, panel.height - 4, `state ${curve.output}`, { "text-anchor": "end" });
    panel.end();
  }

  drawMarks() {
    const { marks: panel, frame } = this;
    panel.begin();
    const text = lossAt(this.subject.times, this.at);
    const x = Math.min(this.place(this.at) + 8, frame.width - widthOf(text) - 4);
    panel.text("loss", x, 16, text, { "font-weight": 600 });
    panel.end();
  }

  drawInput() {
    const { input: panel, frame, subject } = this;
    const { x, times } = subject;
    const { input_size: count } = subject.networks[0].sizes;
    panel.begin();
    const shown = x.subarray(this.offset * count);
    if (count === 1) {
      const low = Math.min(...x);
      const span = Math.max(...x) - low || 1;
      panel.curve((t) => INPUT - 4 - ((shown[t] - low) / span) * (INPUT - 8), { colour: frame.colour("ink"), width: 1.3 });
    } else if (times.kind === "label" && (frame.right - frame.left) / frame.steps >= LETTER)
      for (let t = 0; t < frame.steps; t++)
        panel.text(`letter ${t}`, frame.x(t), INPUT / 2 + 4, frame.times.values[t], { "text-anchor": "middle" });
    else {
      const limit = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      panel.heat(shown, count, signed(limit), { top: 0, height: INPUT });
    }
    this.veil(panel);
    panel.text("name", frame.left - 12, INPUT / 2 + 4, this.fit(subject.input), { "text-anchor": "end" });
    panel.end();
  }

  /** Steps that are not read, while the length is dragged. */
  veil({ ink }) {
    const { frame } = this;
    if (this.first === this.offset) return;
    ink.fillStyle = frame.colour("bg");
    ink.globalAlpha = 0.75;
    ink.fillRect(frame.left, 0, this.place(this.first) - frame.left, INPUT);
    ink.globalAlpha = 1;
  }

  words() {
    const { at, lag, curves, picked } = this;
    const found = curves.map(({ label, key, norms, first }, k) => ({
      label, key, norm: norms[at - lag - first], factor: stepFactor(norms, at - first, lag),
      orthogonal: this.extras[k].orthogonal,
    }));
    const { label, key, paths, first, output } = curves[picked];
    const keep = this.subject.networks[picked].about.keeps[0];
    const run = this.runs[picked];
    const kept = keep && lag > 0 && {
      label, key, output, ...keep, ...this.extras[picked].kept(lag), units: run.network.units(keep.gate),
      norm: paths[keep.state]?.[at - lag - first] ?? null, factor: found[picked].factor,
    };
    const names = { name: this.name(at - lag), loss: this.name(at) };
    return sentence({ found, lag, wanted: this.wanted, ...names, kept: kept || null });
  }

  /** The names of the functions that one network has now. */
  functions(k) {
    return Object.keys(this.subject.networks[k].about.choices[0][0]).map((name) => this.hands[k][name]);
  }
}

export const gradients = (el, subject, send) => new Gradients(el, subject, send);
