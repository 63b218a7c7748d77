/**
 * Which state the reader's code calls the last one: a padded batch and its states, the padding, the
 * mask, the direction and the line of code to choose, and a sentence on what is read.
 */

import { shares, signed } from "../frame/colours.js";
import { choice, make, slider, tabs } from "../frame/controls.js";
import { Frame } from "../frame/frame.js";
import { number } from "../frame/words.js";
import { readLast, rightAtEnd, runPadded, statesAlone } from "../measures/padding.js";
import { Brick, FLOW } from "./padding/brick.js";
import { CODE, linesOf, sentence } from "./padding/words.js";

const SHOWN = 8; // units whose numbers are written out
const START = {
  where: "post", masked: false, direction: "forward", rule: "[-1]", value: 0, extra: 0,
};

const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);
const A_TICK = 24; // pixels that the number of a step needs

/** Letters in words: a to z, and what else there is. */
function alphabet(letters) {
  const all = letters.join("");
  const plain = "abcdefghijklmnopqrstuvwxyz";
  if (!all.startsWith(plain)) return all;
  return ["a to z", ...letters.slice(plain.length)].join(", ");
}


/** Words of a line of text, or {error}: what the line should be. */
export function readWords(text, letters, { words: most, letters: longest }) {
  const found = text.split(/[,\s]+/).filter(Boolean);
  if (!found.length || found.length > most)
    return { error: `words: expected 1 to ${most}, got ${found.length}` };
  const words = found.map((word) =>
    Array.from(word, (letter) => (letters.includes(letter) ? letter : letter.toLowerCase())));
  const long = words.find((word) => word.length > longest);
  if (long) return { error: `words: expected up to ${longest} letters, got ${long.length}` };
  const strange = words.flat().find((letter) => !letters.includes(letter));
  if (strange) return { error: `words: expected ${alphabet(letters)}, got “${strange}”` };
  return { words };
}

class Padding {
  constructor(el, subject) {
    const { title, question, times } = subject;
    const settings = { ...START };
    const network = subject.networks[0];
    Object.assign(this, { subject, settings, network, ghost: null, row: 0, unit: 0 });
    const steps = Math.max(...subject.lengths);
    this.frame = new Frame(el, { title, question, steps, times, left: 112, right: 184 });
    const { frame } = this;
    frame.root.classList.add("wb-padding");
    frame.play = () => {}; // nothing here is told by going through time
    frame.ticks = () => this.ticks();
    this.addControls();
    if (subject.letters) this.addWords();
    this.addCode();
    this.brick = new Brick(frame, (x, y) => this.tell(x, y));
    this.axis = frame.panel({ height: 40, label: "time axis" });
    this.told = make("p", { class: "wb-hint" });
    frame.body.after(this.told);
    this.listen();
    frame.draw = () => this.draw();
    this.take(subject.names, this.given());
    this.pickWorst();
  }

  close() {
    this.frame.close();
  }

  addControls() {
    const { frame, settings, subject: { limits } } = this;
    const one = (key, label, options) => {
      const onChange = (value) => this.set({ [key]: value });
      frame.add(tabs({ label, options, value: settings[key], onChange }));
    };
    one("where", "padding", [["pre", "pre-padding"], ["post", "post-padding"]]);
    one("masked", "mask", [[false, "no mask"], [true, "mask"]]);
    one("direction", "direction", [...Object.entries(FLOW), ["both", "both"]]);
    const dragged = (key, options) =>
      frame.add(slider({
        ...options, value: settings[key],
        onInput: (value) => this.drag({ [key]: value }), onDone: () => this.release(),
      }));
    const format = (value) => number(value);
    dragged("value", { label: "padding value", min: -2, max: 2, step: 0.1, format });
    dragged("extra", { label: "extra steps", min: 0, max: limits.extra, step: 1 });
    this.units = frame.add(choice({
      label: "unit", options: [["0", "0"]], value: "0",
      onChange: (unit) => this.pickUnit(Number(unit)),
    }));
  }

  /** A field for the reader's own words. */
  addWords() {
    const { frame, subject } = this;
    this.field = make("input", {
      type: "text", value: subject.names.join(", "), spellcheck: "false", autocomplete: "off",
      "aria-label": "words", "data-lm-suppress-shortcuts": "true",
      oninput: () => this.type(), onchange: () => (this.field.value = this.names.join(", ")),
    });
    frame.add(make("label", { class: "wb-words" }, make("span", {}, "words"), this.field));
    frame.add(frame.trouble); // beside the field there is room for a line
  }

  /** The reader's three lines; the last one is chosen. */
  addCode() {
    this.lines = [make("div"), make("div")];
    this.lines[1].title = "with a mask: as PyTorch's pack_padded_sequence and Keras' mask skip padding";
    const rule = tabs({
      label: "the line that reads the last state", value: this.settings.rule,
      options: Object.entries(CODE), onChange: (value) => this.set({ rule: value }),
    });
    const last = make("div", { class: "wb-code-choice" }, "last =", rule.element);
    this.frame.controls.after(make("div", { class: "wb-code" }, ...this.lines, last));
  }

  /** The sequences that Python sent side by side. */
  given() {
    const { x, lengths } = this.subject;
    const inputs = this.network.sizes.input_size;
    let place = 0;
    return lengths.map((length) => x.subarray(place, (place += length * inputs)));
  }

  listen() {
    const { brick, frame } = this;
    const { element } = brick.panel;
    const pick = (event) =>
      this.pickRow(brick.place(event.clientY - element.getBoundingClientRect().top).row);
    element.addEventListener("pointerdown", pick);
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) pick(event);
      this.placeReadout(event.clientY - element.getBoundingClientRect().top);
    });
    frame.body.addEventListener("keydown", (event) => {
      const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!move || event.target !== frame.body) return;
      this.pickRow(this.row + move);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** The read-out of a state stands under its strip, off the letters and the padding. */
  placeReadout(y) {
    const { brick, frame: { readout } } = this;
    const { row, part } = brick.place(y);
    if (part >= 0) readout.style.top = `${brick.part(row, part) + brick.strip + 1}px`;
  }

  /** Ticks of the steps: their numbers are short, so that more have room than dates would. */
  ticks() {
    const { frame } = this;
    const least = (A_TICK * frame.steps) / (frame.right - frame.left);
    const every = [1, 2, 5, 10, 20].find((n) => n >= least);
    const count = Math.ceil(frame.steps / every);
    return Array.from({ length: count }, (_, k) => [every * k, String(every * k)]);
  }

  type() {
    const { letters, limits } = this.subject;
    const { words, error } = readWords(this.field.value, letters, limits);
    this.frame.error(error ?? null);
    if (error) return;
    const sequences = words.map((word) =>
      Float64Array.from(word.flatMap((own) => letters.map((letter) => Number(letter === own)))));
    this.take(words.map((word) => word.join("")), sequences);
  }

  take(names, sequences) {
    Object.assign(this, { names, sequences, row: Math.min(this.row, names.length - 1) });
    const share = sequences.every((rows) => rows.every((v) => v >= 0 && v <= 1));
    this.limit = largest(statesAlone(this.network, sequences).map(largest));
    this.inputScale = share ? shares : signed(largest(sequences.map(largest)));
    this.run();
  }

  set(changed) {
    Object.assign(this.settings, changed);
    this.run();
  }

  drag(changed) {
    this.ghost ??= this.lasts;
    Object.assign(this.settings, changed);
    this.run();
  }

  release() {
    this.ghost = null;
    this.frame.redraw();
  }

  run() {
    const { frame, network, sequences, settings, subject } = this;
    this.padded = runPadded(network, sequences, settings);
    this.lasts = readLast(this.padded, settings.rule, subject.same);
    this.curable = rightAtEnd(this.padded, subject.same);
    // The colours are those of the true states, so that padding changes none but its own.
    this.beyond = largest(this.padded.passes.flatMap((pass) => pass.h.map(largest))) > this.limit;
    frame.setSteps(this.padded.batch.steps);
  }

  /** Begin where the question is answered at first sight: the first wrong row, its worst unit. */
  pickWorst() {
    const { units } = this.padded;
    const all = Array.from({ length: units }, (_, j) => j);
    const row = Math.max(0, this.lasts.findIndex(([{ right }]) => !right));
    const { read, truth } = this.lasts[row][0];
    const wrong = (j) => Math.abs(read[j] - truth[j]) || 0;
    const unit = all.reduce((most, next) => (wrong(next) > wrong(most) ? next : most));
    this.units.fill(all.map((j) => [String(j), `${j} of ${units}`]), String(unit));
    Object.assign(this, { row, unit });
  }

  pickUnit(unit) {
    this.unit = unit;
    this.frame.redraw();
  }

  pickRow(row) {
    this.row = Math.min(this.names.length - 1, Math.max(0, row));
    this.frame.redraw();
  }

  called(row) {
    return this.subject.letters ? `“${this.names[row]}”` : this.names[row];
  }

  /** What is read at a step of a row, in words. */
  tellInput(row, t) {
    const { batch } = this.padded;
    const inputs = this.network.sizes.input_size;
    if (!batch.mask[row][t])
      return `padding, ${inputs === 1 ? "" : "every "}input ${number(this.settings.value)}`;
    const first = batch.mask[row].indexOf(1);
    if (this.subject.letters) return `the letter ${[...this.names[row]][t - first]}`;
    const values = batch.x[row].subarray(t * inputs, (t + 1) * inputs);
    const list = Array.from(values.subarray(0, 4), (v) => number(v)).join(", ");
    return `input ${list}${inputs > 4 ? ", …" : ""}`;
  }

  tell(x, y) {
    const { padded, frame, brick, subject: { letters } } = this;
    const { row, part, unit } = brick.place(y);
    if (y < brick.top(0) || x < frame.left || x > frame.right) return null;
    const t = frame.stepAt(x);
    const where = `${this.called(row)}, step ${t}: `;
    if (part < 0) return letters ? null : where + this.tellInput(row, t); // letters can be read
    const { name, states } = padded.passes[part];
    const state = number(states[row][t * padded.units + unit]);
    const silent = padded.masked && !padded.batch.mask[row][t];
    const own = `${where}${padded.passes.length > 1 ? `${name}, ` : ""}unit ${unit}`;
    return silent ? `${own} is 0 in h; the pass holds ${state} here` : `${own} = ${state}`;
  }

  draw() {
    const { frame, subject: { letters }, settings: { rule, value } } = this;
    const { padded, lasts, ghost, names, unit, row, limit, beyond, inputScale } = this;
    const shown = { padded, lasts, ghost, names, letters, unit, row, rule, value };
    this.brick.draw({ ...shown, limit, beyond, inputScale });
    frame.timeAxis(this.axis);
    this.write();
  }

  /** All words around the brick: the code, the picked cell, the sentence. */
  write() {
    const { frame, padded, row, unit, settings, lasts, ghost, curable } = this;
    const { letters } = this.subject;
    const longest = settings.extra ? padded.batch.steps : null;
    const code = linesOf({ ...settings, what: letters ? "words" : "sequences", longest });
    code.forEach((line, k) => (this.lines[k].textContent = line));
    const called = this.called(row);
    const picked = `${called}, step ${frame.step}: ${this.tellInput(row, frame.step)}`;
    this.told.textContent = `${picked}; ${this.tellStates()}`;
    frame.say(...sentence({ lasts, row, unit, called, settings, padded, curable, ghost, letters }));
  }

  /** The output at the picked cell, unit by unit. */
  tellStates() {
    const { padded: { passes, units }, frame: { step }, row } = this;
    const shown = Math.min(units, SHOWN);
    const lists = passes.map(({ name, h }) => {
      const values = h[row].subarray(step * units, step * units + shown);
      const list = Array.from(values, (v) => number(v, 2)).join(", ");
      return `${passes.length > 1 ? `${name} ` : ""}h = ${list}${shown < units ? ", …" : ""}`;
    });
    return lists.join("; ");
  }
}

export const padding = (el, subject) => new Padding(el, subject);
