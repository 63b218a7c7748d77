/**
 * Which state the reader's code calls the last one: a padded batch and its states, the padding, the
 * mask, the direction and the line of code to choose, and a sentence on what is read.
 */

import { shares, signed } from "../colours.js";
import { choice, make, slider, tabs } from "../controls.js";
import { Frame } from "../frame.js";
import { readLast, rightAtEnd, runPadded } from "../measures/padding.js";
import { number } from "../words.js";
import { Brick, FLOW } from "./padding_brick.js";
import { CODE, linesOf, sentence } from "./padding_words.js";

const SHOWN = 8; // units whose numbers are written out
const START = {
  where: "post", masked: false, direction: "forward", rule: "[-1]", value: 0, extra: 0,
};

const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);
const many = (count, name) => `${count} ${name}${count === 1 ? "" : "s"}`;

/** Words of a line of text, or {error}: what the line should be. */
export function readWords(text, letters, { words: most, letters: longest }) {
  const wanted = `words: expected 1 to ${most} words of at most ${longest} letters`;
  const found = text.split(/[,\s]+/).filter(Boolean);
  if (!found.length || found.length > most)
    return { error: `${wanted}, got ${many(found.length, "word")}` };
  const words = found.map((word) =>
    Array.from(word, (letter) => (letters.includes(letter) ? letter : letter.toLowerCase())));
  const long = words.find((word) => word.length > longest);
  if (long) return { error: `${wanted}, got one of ${long.length}` };
  const strange = words.flat().find((letter) => !letters.includes(letter));
  if (strange)
    return { error: `words: expected the letters ${letters.join("")}, got “${strange}”` };
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
  }

  /** The reader's three lines; the last one is chosen. */
  addCode() {
    this.lines = [make("div"), make("div")];
    const rule = tabs({
      label: "the line that reads the last state", value: this.settings.rule,
      options: Object.entries(CODE), onChange: (value) => this.set({ rule: value }),
    });
    const last = make("div", { class: "wb-code-choice" }, "last =", rule.element);
    this.frame.trouble.after(make("div", { class: "wb-code" }, ...this.lines, last));
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
    });
    frame.body.addEventListener("keydown", (event) => {
      const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!move || event.target !== frame.body) return;
      this.pickRow(this.row + move);
      event.preventDefault();
      event.stopPropagation();
    });
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
    this.inputScale = share ? shares : signed(largest(sequences.map(largest)));
    this.run();
    this.settle();
  }

  set(changed) {
    Object.assign(this.settings, changed);
    this.run();
    this.settle();
  }

  drag(changed) {
    this.ghost ??= this.lasts;
    Object.assign(this.settings, changed);
    this.run();
  }

  release() {
    this.ghost = null;
    this.settle();
  }

  run() {
    const { frame, network, sequences, settings, subject } = this;
    this.padded = runPadded(network, sequences, settings);
    this.lasts = readLast(this.padded, settings.rule, subject.same);
    this.curable = rightAtEnd(this.padded, subject.same);
    frame.setSteps(this.padded.batch.steps);
  }

  /** Limits of the colours, kept while a hand drags so that colours do not jump. */
  settle() {
    this.limit = largest(this.padded.passes.flatMap((pass) => pass.states.map(largest)));
    this.frame.redraw();
  }

  /** Begin where the question is answered at first sight: at the worst number. */
  pickWorst() {
    const { units } = this.padded;
    const all = Array.from({ length: units }, (_, j) => j);
    const wrong = ([row, j]) => {
      const { read, truth } = this.lasts[row][0];
      return Math.abs(read[j] - truth[j]) || 0;
    };
    const places = this.names.flatMap((_, row) => all.map((j) => [row, j]));
    const [row, unit] = places.reduce((most, next) => (wrong(next) > wrong(most) ? next : most));
    this.units.fill(all.map((j) => [String(j), String(j)]), String(unit));
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
    const { padded, frame, brick } = this;
    const { row, part, unit } = brick.place(y);
    if (y < brick.top(0) || x < frame.left || x > frame.right) return null;
    const t = frame.stepAt(x);
    const where = `${this.called(row)}, step ${t}: `;
    if (part < 0) return where + this.tellInput(row, t);
    const { name, states } = padded.passes[part];
    const state = number(states[row][t * padded.units + unit]);
    const silent = padded.masked && !padded.batch.mask[row][t];
    const own = `${where}${padded.passes.length > 1 ? `${name}, ` : ""}unit ${unit}`;
    return silent ? `${own} is 0 in h, and held at ${state} inside` : `${own} = ${state}`;
  }

  draw() {
    const { frame, subject: { letters }, settings: { rule, value } } = this;
    const { padded, lasts, ghost, names, unit, row, limit, inputScale } = this;
    const shown = { padded, lasts, ghost, names, letters, unit, row, rule, value };
    this.brick.draw({ ...shown, limit, inputScale });
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
