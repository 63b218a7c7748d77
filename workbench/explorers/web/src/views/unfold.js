/**
 * The folded cell beside its copies along the sequence: values run forward, the gradient back.
 * Drag what a copy reads, ask an arrow what it carries; the whole input lies below.
 */

import { scaleLinear } from "d3-scale";
import { signed } from "../colours.js";
import { choice, make, slider, tabs } from "../controls.js";
import { Formulas, arrows } from "../formulas.js";
import { Frame } from "../frame.js";
import { changes, lengths, reach } from "../measures/unfold.js";
import { Unrolled, places } from "../unrolled.js";
import { number, power, share } from "../words.js";

const [ZOOM, INPUT, TRACK, ZERO] = [20, 48, 52, 10];
const SLIDE = 60; // milliseconds in which the window comes closer by a factor of e
const NOTCH = 14; // pixels from one letter to the next while one is dragged
const REACH = 160; // pixels that take a number over the whole span of the input
const WIDE = 800;
const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);

class Unfold {
  constructor(el, subject) {
    const { title, question, steps } = subject;
    Object.assign(this, { subject, unit: 0, x: subject.x.slice(), limits: {}, ghost: null, feature: 0 });
    this.times = { ...subject.times, values: subject.times.values?.slice() ?? null };
    this.frame = new Frame(el, { title, question, steps, times: { ...this.times, values: this.times.values ?? undefined } });
    const { frame } = this;
    frame.root.classList.add("wb-unfold");
    this.inputs = subject.x.length / steps;
    this.letters = this.lettersOf();
    this.addControls();
    this.stage = frame.panel({ height: 300, label: "the cell and its copies", scrub: false });
    this.unrolled = new Unrolled(this.stage);
    this.strip = frame.panel({ height: ZOOM + INPUT, label: "the whole input", tell: (x) => this.tellInput(x) });
    this.track = frame.panel({ height: TRACK, label: "the whole run", tell: (x, y) => this.tellTrack(x, y) });
    this.axis = frame.panel({ height: 40, label: "time axis" });
    this.columns = make("div", { class: "wb-columns" });
    frame.saying.after(this.columns);
    const width = () => (frame.width >= WIDE ? (frame.width - 32) / 2 : frame.width);
    this.formulas = new Formulas(frame, { width, into: this.columns, onArrow: (arrow) => this.pickArrow(arrow) });
    this.listen();
    frame.draw = () => this.draw();
    frame.stepped = () => this.stepped();
    frame.rewind = () => this.rewind();
    frame.advance = () => this.advance();
    this.choose(0);
    frame.setStep(Math.max(0, steps - 4));
    this.turn("backward");
  }

  close() {
    this.frame.close();
  }

  addControls() {
    const { frame, subject } = this;
    frame.add(tabs({
      label: "cell", value: 0, onChange: (k) => this.choose(k),
      options: subject.networks.map((net, k) => [k, net.label, `--${net.key}-text`]),
    }));
    this.units = frame.add(choice({
      label: "unit", options: [["0", "0"]], value: "0",
      onChange: (unit) => {
        this.unit = Number(unit);
        frame.redraw();
      },
    }));
    this.direction = frame.add(tabs({
      label: "direction", value: "backward", options: [["forward", "forward"], ["backward", "backward", "--back-text"]],
      onChange: (way) => {
        frame.play(false);
        this.revealing = false;
        this.turn(way);
      },
    }));
    frame.addPlay();
    if (this.letters) {
      this.letter = frame.add(choice({
        label: "letter", options: this.letters.map((text, k) => [String(k), text]), value: "0",
        onChange: (k) => this.editOnce(frame.step, Number(k)),
      }));
      return;
    }
    if (this.inputs > 1)
      frame.add(choice({
        label: "input", options: subject.inputs.map((name, k) => [String(k), name]), value: "0",
        onChange: (k) => {
          this.feature = Number(k);
          this.turnSlider();
          frame.redraw();
        },
      }));
    const [low, high] = [Math.min(...subject.x), Math.max(...subject.x)];
    this.span = high - low || 1;
    this.ends = [low - this.span / 2, high + this.span / 2];
    this.slider = frame.add(slider({
      label: "x", min: this.ends[0], max: this.ends[1], step: this.span / 200, value: 0, format: (value) => number(value),
      onInput: (value) => this.edit(frame.step, value), onDone: () => this.release(),
    }));
  }

  /** What each input is called on the axis where every step is one letter, else null. */
  lettersOf() {
    const { x, steps, times } = this.subject;
    if (this.inputs < 2 || times.kind !== "label") return null;
    const names = Array(this.inputs).fill("?");
    for (let t = 0; t < steps; t++) {
      const row = x.subarray(t * this.inputs, (t + 1) * this.inputs);
      const one = row.indexOf(1);
      if (one < 0 || row.some((value, k) => value !== Number(k === one))) return null;
      names[one] = times.values[t];
    }
    return names;
  }

  listen() {
    const { stage, frame } = this;
    const own = (event) => event.target.closest?.(".wb-hit")?.dataset;
    const { element } = stage;
    element.addEventListener("pointerdown", (event) => {
      const about = own(event);
      if (!about) return;
      if (about.step !== undefined) frame.setStep(Number(about.step));
      if (about.arrow) this.pickArrow(about.arrow);
      if (!about.grip) return;
      this.grip = { t: Number(about.step), y: event.clientY, first: this.reads(Number(about.step)) };
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      if (this.grip) this.dragTo(this.grip.y - event.clientY);
      else {
        const about = own(event);
        frame.hover(event, about ? this.tellStage(about) : null);
      }
    });
    const drop = () => {
      if (this.grip) this.release();
      this.grip = null;
    };
    element.addEventListener("pointerup", drop);
    element.addEventListener("pointercancel", drop);
    element.addEventListener("dblclick", (event) => {
      const about = own(event);
      if (about?.grip) this.editOnce(Number(about.step), this.reads(Number(about.step), this.subject.x));
    });
  }

  /** Turn to another cell of the picker; what was edited in the input stays. */
  choose(k) {
    const network = (this.network = this.subject.networks[k]);
    const { cell } = network;
    const [output] = Object.keys(cell.states);
    this.labels = arrows(network, network.about.formulas);
    this.count = Object.values(network.parameters).reduce((sum, values) => sum + values.length, 0);
    this.weights = [...new Set(Object.keys(network.parameters).map((name) => name.split(".")[0]))].join(", ");
    const units = network.units(output);
    this.unit = Math.min(this.unit, units - 1);
    this.units.fill(Array.from({ length: units }, (_, j) => [String(j), String(j)]), String(this.unit));
    this.colours = Object.fromEntries(cell.lines.map((name, n) => [name, `line-${(n % 8) + 1}`]));
    this.chosen = this.formulas.show(network, network.about.formulas, this.colours, this.labels, this.chosen);
    Object.assign(this, { ghost: null, edited: null });
    this.run();
    this.settle();
  }

  run() {
    const { network } = this;
    this.trace = network.run(this.x);
    this.reached = reach(this.trace);
    this.lengthOf = Object.fromEntries(
      Object.keys(network.cell.states).map((state) => [state, lengths(this.trace.line(state), network.units(state))]),
    );
    this.frame.redraw();
  }

  /** Ends of all scales, kept while a hand drags so that nothing jumps. */
  settle() {
    const { carried, total } = this.reached;
    for (const state of Object.keys(carried)) this.limits[state] = largest(this.trace.line(state));
    const curves = Object.values(carried);
    this.most = Math.max(...curves.map(largest), largest(total));
    const least = Math.min(...curves.flatMap((curve) => [...curve].filter((value) => value > 0)));
    this.decades = [Math.floor(Math.log10(least)), Math.max(0, Math.ceil(Math.log10(this.most)))];
    this.turnSlider();
  }

  /** The value, or the number of the letter, that step t reads. */
  reads(t, x = this.x) {
    if (!this.letters) return x[t * this.inputs + this.feature];
    return x.subarray(t * this.inputs, (t + 1) * this.inputs).indexOf(1);
  }

  dragTo(up) {
    const { t, first } = this.grip;
    if (this.letters) {
      const count = this.letters.length;
      this.edit(t, (((first + Math.round(up / NOTCH)) % count) + count) % count);
    } else this.edit(t, Math.min(this.ends[1], Math.max(this.ends[0], first + (up / REACH) * this.span)));
  }

  /** Let step t read something else; all later states follow. */
  edit(t, value) {
    if (value === this.reads(t)) return;
    this.ghost ??= { trace: this.trace, x: this.x };
    this.x = this.x.slice();
    if (this.letters) {
      this.x.fill(0, t * this.inputs, (t + 1) * this.inputs);
      this.x[t * this.inputs + value] = 1;
      this.frame.times.values[t] = this.letters[value];
    } else this.x[t * this.inputs + this.feature] = value;
    this.edited = t;
    this.run();
    this.turnSlider();
  }

  editOnce(t, value) {
    this.edit(t, value);
    this.release();
  }

  release() {
    this.ghost = null;
    this.settle();
    this.frame.redraw();
  }

  turnSlider() {
    const t = this.frame.step;
    if (this.letter) this.letter.set(String(this.reads(t)));
    if (!this.slider) return;
    const name = this.subject.inputs[this.feature];
    const [min, max] = this.ends;
    this.slider.turnTo({ label: `${name} at ${this.frame.name(t)}`, min, max, first: this.reads(t, this.subject.x), value: this.reads(t) });
  }

  turn(way) {
    this.backward = way === "backward";
    this.direction.set(way);
    this.edited = null;
    this.frame.redraw();
  }

  pickArrow(arrow) {
    this.chosen = arrow;
    this.formulas.arrow.set(arrow);
    this.frame.redraw();
  }

  stepped() {
    if (!this.frame.playing) this.revealing = false;
    this.edited = null;
    this.turnSlider();
  }

  /** A play begins with the first step, after a pause where it was. */
  rewind() {
    if (this.revealing) return;
    this.turn("forward");
    this.frame.setStep(0);
    this.revealing = true;
  }

  /** Forward to the last step, then the way back from the loss to the first. */
  advance() {
    const { frame } = this;
    const last = frame.steps - 1;
    if (!this.backward && frame.step === last) this.turn("backward");
    else if (!this.backward) frame.setStep(frame.step + 1);
    else if (frame.step > 0) frame.setStep(frame.step - 1);
    else {
      this.revealing = false;
      return false;
    }
    return true;
  }

  /** The step's name as it stands under a copy and in a sentence. */
  called(t) {
    return String(this.frame.times.values?.[t] ?? t);
  }

  at(t) {
    const { kind } = this.frame.times;
    return kind === "label" || kind === "step" ? `step ${t}` : this.called(t);
  }

  /** What a copy reads, in a word. */
  word(t) {
    if (this.letters) return this.letters[this.reads(t)];
    return number(this.reads(t), this.inputs > 1 ? 2 : 3);
  }

  draw() {
    const { frame } = this;
    const width = this.stage.widthNow();
    const plan = places(Object.keys(this.network.cell.states), frame.steps, width);
    this.slide(plan.count);
    this.unrolled.draw(this.scene());
    this.drawStrip(plan);
    this.drawTrack();
    frame.timeAxis(this.axis);
    this.formulas.draw({ ...this.scene(), names: (t) => this.at(t) });
    this.speak();
  }

  scene() {
    const { frame, network, trace, reached, limits, chosen, labels, lengthOf, most, backward, shown } = this;
    const { step } = frame;
    return {
      network, trace, reached, limits, chosen, labels, lengthOf, most, backward, shown, step, unit: this.unit,
      ghost: this.ghost?.trace, moving: this.revealing,
      done: (t) => backward || !this.revealing || t <= step,
      back: (t) => !this.revealing || t >= step,
      reading: (t) => this.word(t),
      names: (t) => (frame.times.kind === "step" || this.letters ? `step ${t}` : this.called(t)),
      weights: `every copy is the same cell: the same ${this.count} numbers in ${this.weights}`,
    };
  }

  /** Bring the current step into the window, with one copy more on either side. */
  slide(count) {
    const { frame } = this;
    const end = frame.steps - count;
    const now = performance.now();
    const from = this.window ?? end;
    const wanted = Math.min(Math.max(from, frame.step - count + 2), Math.max(0, frame.step - 1));
    this.window = Math.min(Math.max(0, end), Math.max(0, wanted));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const away = this.window - (this.shown ?? this.window);
    const part = 1 - Math.exp(-Math.min(40, now - (this.drawnAt ?? now) || 16) / SLIDE);
    this.drawnAt = now;
    const there = still || Math.abs(away) < 0.01 || Math.abs(away) > count;
    this.shown = there ? this.window : this.shown + away * part;
    if (!there) frame.redraw();
    else this.drawnAt = null;
  }

  /** The whole input, with the window marked and the lines that enlarge it to the copies. */
  drawStrip({ count, left, right }) {
    const { strip: panel, frame, subject } = this;
    panel.begin();
    const { ink } = panel;
    const wide = (frame.right - frame.left) / frame.steps;
    const [from, to] = [frame.left + this.shown * wide, frame.left + (this.shown + count) * wide];
    ink.fillStyle = frame.colour("band");
    ink.fillRect(from, ZOOM, to - from, INPUT);
    panel.line(left, 2, from, ZOOM);
    panel.line(right, 2, to, ZOOM);
    for (const side of [from, to]) panel.line(side, ZOOM, side, ZOOM + INPUT);
    if (this.inputs === 1) {
      const [low, high] = this.ends.map((end, k) => end + (k ? -1 : 1) * this.span * 0.45);
      const y = (x) => (t) => ZOOM + INPUT - 3 - (Math.min(1.1, Math.max(-0.1, (x[t] - low) / (high - low))) * (INPUT - 6));
      if (this.ghost) panel.curve(y(this.ghost.x), { colour: frame.colour("ink"), alpha: 0.3, width: 3 });
      panel.curve(y(this.x), { colour: frame.colour("ink"), width: 1.3 });
    } else panel.heat(this.x, this.inputs, signed(largest(subject.x)), { top: ZOOM, height: INPUT });
    panel.text("name", frame.left - 12, ZOOM + INPUT / 2 + 4, subject.input, { class: "wb-name", "text-anchor": "end" });
    panel.end();
  }

  drawTrack() {
    const { track: panel, frame } = this;
    panel.begin();
    if (this.backward) this.drawReach(panel);
    else {
      const { output } = this.reached;
      const scale = signed(this.limits[output]);
      panel.heat(this.trace.line(output), this.network.units(output), scale, {
        top: 2, height: TRACK - 4, hidden: (t) => this.revealing && t > frame.step,
      });
      panel.text("name", frame.left - 12, TRACK / 2 + 4, `${output}, all units`, { "text-anchor": "end" });
      panel.text("high", frame.right + 8, 13, number(scale.high, 2), { class: "wb-soft" });
      panel.text("low", frame.right + 8, TRACK - 4, number(scale.low, 2), { class: "wb-soft" });
    }
    panel.end();
  }

  /** How much of the gradient is left at every step, on a log axis; an exact 0 lies in its band. */
  drawReach(panel) {
    const { frame, reached } = this;
    const [low, high] = this.decades;
    const scale = scaleLinear([low, high], [TRACK - ZERO - 6, 8]);
    for (const exponent of [low, high]) {
      panel.line(frame.left, scale(exponent), frame.right, scale(exponent));
      panel.text(`decade ${exponent === low}`, frame.right + 8, scale(exponent) + 4, power(exponent), { class: "wb-soft" });
    }
    const zero = TRACK - 4;
    const states = Object.entries(reached.carried);
    const y = (values) => (t) => {
      if (this.revealing && t < frame.step) return NaN;
      return values[t] > 0 ? Math.min(TRACK - 3, Math.max(3, scale(Math.log10(values[t])))) : zero;
    };
    states.forEach(([state, values], k) => {
      panel.curve(y(values), { colour: frame.colour("back"), dash: k ? [4, 3] : [], width: 1.6, to: k ? reached.at : frame.steps });
    });
    const words = states.length > 1 ? states.map(([state], k) => `${state} ${k ? "- -" : "—"}`).join("  ") : `dL/d${reached.output}`;
    panel.text("left", frame.left - 12, 18, `left of ${states.length > 1 ? "dL/d…" : words}`, { "text-anchor": "end" });
    panel.text("kinds", frame.left - 12, 34, states.length > 1 ? words : "log scale", { class: "wb-soft", "text-anchor": "end" });
    if (states.length > 1) panel.text("log", frame.left - 12, 50, "log scale", { class: "wb-soft", "text-anchor": "end" });
  }

  tellInput(x) {
    const t = this.frame.stepAt(x);
    return `${this.frame.name(t)}: ${this.subject.input} = ${this.word(t)}`;
  }

  tellTrack(x, y) {
    const t = this.frame.stepAt(x);
    const { output, carried } = this.reached;
    if (this.backward)
      return `${this.frame.name(t)}: ${Object.entries(carried).map(([s, left]) => `${share(left[t])} of dL/d${s}`).join(", ")} left`;
    const units = this.network.units(output);
    const j = Math.min(units - 1, Math.max(0, Math.floor(((y - 2) / (TRACK - 4)) * units)));
    return `${this.frame.name(t)}: ${output}[${j}] = ${number(this.trace.line(output)[t * units + j])}`;
  }

  tellStage({ title, grip, step, arrow }) {
    if (grip) return `${this.subject.input} = ${this.word(Number(step))}: drag up or down, a double click gives it back`;
    const t = Number(step);
    if (this.backward && t > 0 && this.reached.carried[arrow])
      return `${share(this.reached.carried[arrow][t - 1])} comes back along ${arrow}; click for its numbers`;
    return `${title}; click for its numbers`;
  }

  /** The sentence: what the step reads and hands on, what an edit did, or what is left of dL/dh. */
  speak() {
    const { frame, trace, lengthOf, reached } = this;
    const t = frame.step;
    const last = frame.steps - 1;
    if (this.edited !== null) return this.speakEdit();
    if (this.backward) return this.speakBack();
    const states = Object.keys(lengthOf).map((state) => `${state} of length ${number(lengthOf[state][t], 2)}`).join(" and ");
    const ends = t === last ? `; the loss looks at its ${reached.output}.` : `; the same ${this.count} numbers (${this.weights}) serve all ${trace.steps} steps.`;
    return frame.say(`At ${this.at(t)} `, ["the cell", `${this.network.key}-text`], ` reads ${this.letters ? `“${this.word(t)}”` : this.word(t)} and hands on ${states}${ends}`);
  }

  speakEdit() {
    const { frame, network, reached, edited: t } = this;
    const units = network.units(reached.output);
    const first = network.run(this.subject.x).line(reached.output);
    const moved = changes(this.trace.line(reached.output), first, units);
    const last = frame.steps - 1;
    const [now, was] = [this.word(t), this.letters ? this.letters[this.reads(t, this.subject.x)] : number(this.reads(t, this.subject.x))];
    frame.say(`At ${this.at(t)} the cell now reads ${now}, at first ${was}: ${reached.output} moves there by ${number(moved[t], 2)}, and at ${this.at(last)}, ${last - t} steps later, by ${number(moved[last], 2)}.`);
  }

  speakBack() {
    const { frame, reached, network } = this;
    const t = frame.step;
    const back = reached.at - t;
    const back_ = ["gradient", "back-text"];
    const { output, carried } = reached;
    const units = network.units(output);
    if (!back)
      return frame.say(`The loss looks at ${output} of ${this.at(t)} alone: there the `, back_, ` dL/d${output} is 1/√${units} = ${number(1 / Math.sqrt(units))} in every unit, of length 1.`);
    const left = Object.entries(carried).map(([state, values]) => `${share(values[t])}${Object.keys(carried).length > 1 ? ` along ${state}` : ""}`);
    const steps = back === 1 ? "1 step" : `${back} steps`;
    return frame.say(`Back at ${this.at(t)}, ${steps} before the loss, ${left.join(" and ")} of the `, back_,
      ` is left: ${back === 1 ? "once" : `${back} times`} it was multiplied by the same weights${back === 1 ? "" : ", by other slopes each time"}.`);
  }
}

export const unfold = (el, subject, send) => new Unfold(el, subject, send);
