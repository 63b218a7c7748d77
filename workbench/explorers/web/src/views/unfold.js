/**
 * The folded cell beside its copies along the sequence: values run forward, the gradient back.
 * Drag what a copy reads, ask an arrow what it carries; the whole input lies below.
 */

import { choice, make, slider, tabs } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { number } from "../frame/words.js";
import { ALONE, Kernel, tellTier } from "../frame/kernel.js";
import { Formulas, arrows } from "./unfold/formulas.js";
import { INPUT, TRACK, ZOOM, drawInput, drawTrack } from "./unfold/tracks.js";
import { Reading } from "./unfold/reading.js";
import { KernelTold, PageTold } from "./unfold/told.js";
import { Unrolled, places } from "./unfold/unrolled.js";
import { part, sayBackward, sayEdit, sayForward } from "./unfold/words.js";

const WIDE = 800;
const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);

class Unfold {
  constructor(el, subject, send) {
    const { title, question, steps } = subject;
    Object.assign(this, { subject, unit: 0, limits: {}, ghost: null, edits: {} });
    this.reading = new Reading(subject);
    const times = { ...subject.times, values: subject.times.values?.slice() };
    this.frame = new Frame(el, { title, question, steps, times });
    const { frame } = this;
    this.kernel = new Kernel(send.ask, frame);
    frame.root.classList.add("wb-unfold");
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
    frame.setStep(Math.max(0, steps - 3));
    this.turn("backward");
  }

  close() {
    this.frame.close();
  }

  addControls() {
    const { frame, subject, reading } = this;
    frame.add(tabs({
      label: "cell", value: 0, onChange: (k) => this.choose(k),
      options: subject.networks.map((net, k) => [k, net.label, `--${net.key}-text`]),
    }));
    this.units = frame.add(choice({
      label: "unit", options: [["0", "0"]], value: "0",
      onChange: (unit) => {
        this.unit = Number(unit);
        if (this.told && !this.asks) this.told.unit = this.unit;
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
    if (reading.letters) {
      this.letter = frame.add(choice({
        label: "letter", options: reading.letters.map((text, k) => [String(k), text]), value: "0",
        onChange: (k) => this.editOnce(frame.step, Number(k)),
      }));
      return;
    }
    if (reading.inputs > 1)
      frame.add(choice({
        label: "input", options: subject.inputs.map((name, k) => [String(k), name]), value: "0",
        onChange: (k) => {
          reading.feature = Number(k);
          this.turnSlider();
          frame.redraw();
        },
      }));
    const [min, max] = reading.ends;
    this.slider = frame.add(slider({
      label: "x", min, max, step: reading.span / 200, value: 0, format: (value) => number(value),
      onInput: (value) => this.edit(frame.step, value), onDone: () => this.release(),
    }));
  }

  listen() {
    const { stage, frame } = this;
    const own = (event) => event.target.closest?.(".wb-hit")?.dataset;
    const { element } = stage;
    element.addEventListener("pointerdown", (event) => {
      const about = own(event) ?? {};
      this.gripped = about.grip ? Number(about.step) : null;
      if (about.step !== undefined) frame.setStep(Number(about.step));
      if (about.arrow) this.pickArrow(about.arrow);
      if (!about.grip) return;
      this.grip = { t: this.gripped, y: event.clientY, first: this.reading.at(this.gripped) };
      element.setPointerCapture(event.pointerId);
      frame.readout.hidden = true;
    });
    element.addEventListener("pointermove", (event) => {
      const [grip, about] = [this.grip, own(event)];
      if (grip) this.edit(grip.t, this.reading.dragged(grip.first, grip.y - event.clientY));
      else frame.hover(event, about && !frame.playing ? this.tellStage(about) : null);
      this.quiet();
    });
    const drop = () => {
      if (this.grip) this.release();
      this.grip = null;
    };
    element.addEventListener("pointerup", drop);
    element.addEventListener("pointercancel", drop);
    element.addEventListener("dblclick", () => {
      const t = this.gripped;
      if (t !== null) this.editOnce(t, this.reading.at(t, this.reading.first));
    });
  }

  /** Turn to another cell of the picker; what was edited in the input stays. */
  choose(k) {
    const network = (this.network = this.subject.networks[k]);
    const { large, rests } = network.about;
    this.asks = large && Boolean(this.kernel.ask);
    this.rests = large && (rests || !this.asks);
    this.tier?.remove();
    this.tier = large ? tellTier(this.frame, { ask: this.asks, rests: this.rests, without: ALONE }) : null;
    this.tier?.append(document.createTextNode(""));
    const { cell } = network;
    const [output] = Object.keys(cell.states);
    this.labels = arrows(network, network.about.formulas);
    const count = Object.values(network.parameters).reduce((sum, values) => sum + values.length, 0);
    const letters = [...new Set(Object.keys(network.parameters).map((n) => n.split(".")[0]))];
    this.same = letters.length ? `the same ${count} numbers (${letters.join(", ")})` : "the same equations";
    const units = network.units(output);
    this.unit = Math.min(this.unit, units - 1);
    this.units.fill(Array.from({ length: units }, (_, j) => [String(j), String(j)]), String(this.unit));
    this.colours = Object.fromEntries(cell.lines.map((name, n) => [name, `line-${(n % 8) + 1}`]));
    this.chosen = this.formulas.show(network, network.about.formulas, this.colours, this.labels, this.chosen);
    Object.assign(this, { ghost: null, edited: null, told: null, asked: null });
    this.run();
    this.settle();
  }

  /** Run what the hand has made of the input: in the page now, in the kernel when it is drawn. */
  run() {
    const { network, reading, unit } = this;
    if (!this.asks && !(this.rests && this.ghost)) this.told = new PageTold(network, reading.x, reading.first, unit);
    this.frame.redraw();
  }

  get trace() {
    return this.told.trace;
  }

  get reached() {
    return this.told.reached;
  }

  get lengthOf() {
    return this.told.lengthOf;
  }

  /** Ask the kernel for what is in sight, if it has not been. */
  want(count) {
    const { network, unit, frame, shown, chosen, edits, reading: { x } } = this;
    if (this.rests && this.ghost) return;
    const changes = Object.entries(edits).map(([k, value]) => [Number(k), value]);
    const wish = { network: network.label, unit, step: frame.step, from: shown, count, arrow: chosen, x: changes };
    const text = JSON.stringify(wish);
    if (text === this.asked) return;
    this.asked = text;
    this.kernel.want(wish, (answer) => {
      if (network !== this.network) return;
      Object.assign(answer.about, { count });
      this.told = new KernelTold(network, x, answer);
      this.current = text;
      this.tier.lastChild.textContent = ` Its strips show ${this.inSight}.`;
      if (!this.ghost) this.settle();
    });
  }

  /** Ends of all scales, kept while a hand drags so that nothing jumps. */
  settle() {
    this.turnSlider();
    if (!this.told) return;
    const { carried, total } = this.reached;
    Object.assign(this.limits, this.told.limits);
    const curves = Object.values(carried);
    this.grown = curves.some((curve) => part(largest(curve)).endsWith("times"));
    this.most = Math.min(Number.MAX_VALUE, Math.max(...curves.map(largest), largest(total)));
    const least = Math.min(...curves.flatMap((curve) => [...curve].filter((value) => value > 0)));
    this.decades = [Math.floor(Math.log10(least)), Math.max(0, Math.ceil(Math.log10(this.most)))];
  }

  /** Let step t read something else; all later states follow. */
  edit(t, value) {
    const { reading } = this;
    if (value === reading.at(t)) return;
    this.ghost ??= { trace: this.told?.trace, x: reading.x };
    reading.set(t, value);
    for (let k = t * reading.inputs; k < (t + 1) * reading.inputs; k++) this.edits[k] = reading.x[k];
    if (reading.letters) this.frame.times.values[t] = reading.letters[value];
    this.edited = value === reading.at(t, reading.first) ? null : t;
    this.run();
    this.turnSlider();
  }

  editOnce(t, value) {
    this.edit(t, value);
    this.release();
  }

  release() {
    this.ghost = null;
    if (this.rests) this.run();
    this.settle();
    this.frame.redraw();
  }

  turnSlider() {
    const { reading, frame } = this;
    const t = frame.step;
    if (this.letter) this.letter.set(String(reading.at(t)));
    if (!this.slider) return;
    const name = this.subject.inputs[reading.feature];
    const [min, max] = reading.ends;
    this.slider.turnTo({ label: `${name} at ${frame.name(t)}`, min, max, first: reading.at(t, reading.first), value: reading.at(t) });
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

  /**
   * A play of the values begins with the first step, one of the gradient with the last; after a
   * pause each goes on where it was.
   */
  rewind() {
    if (this.revealing) return;
    this.edited = null;
    this.frame.setStep(this.backward ? this.frame.steps - 1 : 0);
    this.revealing = true;
    this.frame.redraw();
  }

  /** No place under the pointer is shaded while the copies are played. */
  quiet() {
    this.frame.root.classList.toggle("wb-playing", Boolean(this.frame.playing));
  }

  /** Forward to the last step, then the way back from the loss to the first. */
  advance() {
    const { frame, backward } = this;
    if (!backward && frame.step === frame.steps - 1) this.turn("backward");
    else if (backward && frame.step === 0) {
      this.revealing = false;
      frame.redraw();
    }
    else frame.setStep(frame.step + (backward ? -1 : 1));
    return this.revealing;
  }

  /** The step's name as it stands under a copy and in a sentence. */
  called(t) {
    return String(this.frame.times.values?.[t] ?? t);
  }

  at(t) {
    const { kind } = this.frame.times;
    return kind === "label" || kind === "step" ? `step ${t}` : this.called(t);
  }

  draw() {
    const { frame } = this;
    const width = this.stage.widthNow();
    const plan = places(Object.keys(this.network.cell.states), frame.steps, width);
    this.place(plan.count);
    this.quiet();
    drawInput(this.strip, this, plan);
    frame.timeAxis(this.axis);
    if (this.asks) this.want(plan.count);
    if (!this.told) return;
    this.unrolled.draw(this.scene());
    drawTrack(this.track, this);
    // What has not been told of another step yet stays as it was.
    if (!this.asks || this.current === this.asked) this.formulas.draw({ ...this.scene(), names: (t) => this.at(t) });
    this.speak();
  }

  /** Which units a strip shows. */
  get inSight() {
    const { network, reached: { output } } = this.told;
    const [count, of] = [network.units(output), this.network.units(output)];
    const from = network.number(network.sizeOf(output), 0);
    return count === of ? "all units of a state" : `units ${from} to ${from + count - 1} of ${of}`;
  }

  scene() {
    const { frame, told, trace, reached, limits, chosen, labels, lengthOf, most, grown, backward, shown } = this;
    const { step } = frame;
    const { network, unit } = told;
    return {
      told, network, trace, reached, limits, chosen, labels, lengthOf, most, grown, backward, shown, step, unit,
      ghost: this.ghost?.trace, moving: this.revealing,
      done: (t) => backward || !this.revealing || t <= step,
      back: (t) => !this.revealing || t >= step,
      reading: (t) => this.reading.word(t),
      names: (t) => (frame.times.kind === "step" || this.reading.letters ? `step ${t}` : this.called(t)),
      captions: [
        `every copy is the same cell with ${this.same}`,
        backward ? "an arrow back is as wide as the square root of what comes back" : `a strip shows ${this.inSight}, white at 0`,
      ],
    };
  }

  /**
   * Where the window begins. It stays while the step is inside; else the step comes in with one
   * copy beyond it, and while playing with a whole window before it, as one turns a page.
   */
  place(count) {
    const { step, steps, playing } = this.frame;
    const end = Math.max(0, steps - count);
    let from = Math.min(end, this.shown ?? end);
    const [asLeft, asRight] = [step - 1, step - count + 2];
    if (step < from) from = playing ? asRight : asLeft;
    else if (step >= from + count) from = playing ? asLeft : asRight;
    this.shown = Math.min(end, Math.max(0, from));
  }

  tellInput(x) {
    if (!this.onAxis(x)) return null;
    const t = this.frame.stepAt(x);
    return `${this.frame.name(t)}: ${this.subject.input} = ${this.reading.word(t)}`;
  }

  onAxis(x) {
    return x >= this.frame.left && x <= this.frame.right;
  }

  tellTrack(x, y) {
    if (!this.onAxis(x)) return null;
    if (!this.told) return null;
    const t = this.frame.stepAt(x);
    const { output, carried } = this.reached;
    if (this.backward)
      return `${this.frame.name(t)}: ${Object.entries(carried).map(([s, left]) => `dL/d${s} ${part(left[t])}`).join(", ")}`;
    if (this.asks) return `${this.frame.name(t)}: norm of ${output} ${number(this.lengthOf[output][t])}`;
    const units = this.network.units(output);
    const j = Math.min(units - 1, Math.max(0, Math.floor(((y - 2) / (TRACK - 4)) * units)));
    return `${this.frame.name(t)}: ${output}[${j}] = ${number(this.trace.line(output)[t * units + j])}`;
  }

  tellStage({ title, grip, step, arrow }) {
    if (grip) return "drag up or down";
    const t = Number(step);
    if (this.told && this.backward && t > 0 && this.reached.carried[arrow])
      return `${part(this.reached.carried[arrow][t - 1])} back along ${arrow}`;
    return title;
  }

  /** The sentence: what the step reads and hands on, what an edit did, or what is left of dL/dh. */
  speak() {
    const { network, trace, reading, lengthOf, reached, same, edited, frame } = this;
    const t = edited ?? frame.step;
    const about = { told: this.told, network, trace, reading, lengthOf, reached, same, t, at: (k) => this.at(k) };
    const say = edited !== null ? sayEdit : this.backward ? sayBackward : sayForward;
    frame.say(...say(about));
  }
}

export const unfold = (el, subject, send) => new Unfold(el, subject, send);
