/**
 * Draws a padded batch as a brick in time: a row for each sequence, its input on top, below it for
 * each pass a strip of the units' states, the outlines of what is read and what is true, and the
 * two numbers. Computes nothing: a scene holds what is drawn.
 */

import { colour, signed } from "../../frame/colours.js";
import { number } from "../../frame/words.js";

const HEAD = 44;
const INPUT = 22;
const LABEL = 18;
const GAP = 10;
const FEW = 6; // rows that have room for tall strips
const LETTER = 7; // pixels, of 12 px text
const COLUMNS = { mark: 8, read: 96, truth: 176 }; // pixels right of the brick
const MARK = { true: "✓", false: "✗" };
const END = { "text-anchor": "end" };
const MIDDLE = { "text-anchor": "middle" };
const ZERO = { ...MIDDLE, style: "fill:#333;stroke:none" }; // on the white of 0, in both themes

export const FLOW = { forward: "forward →", backward: "← backward" };

export class Brick {
  /** tell(x, y): the read-out at a place of the panel. */
  constructor(frame, tell) {
    this.frame = frame;
    this.panel = frame.panel({ height: 200, label: "the batch and its states", tell });
  }

  /**
   * scene: {padded, lasts, ghost} of measures/padding.js, ghost the lasts before a drag or null;
   * names, letters (null for numbers), unit, row, rule, value; limit of the states' colours, and
   * whether states lie beyond it; inputScale.
   */
  draw(scene) {
    const { panel, frame } = this;
    this.scene = scene;
    this.wide = (frame.right - frame.left) / scene.padded.batch.steps;
    panel.begin(this.top(scene.names.length));
    this.drawHead();
    scene.names.forEach((name, row) => {
      const short = name.length > 11 ? `${name.slice(0, 10)}…` : name;
      const own = { class: "wb-name", ...END };
      panel.text(`name ${row}`, frame.left - 12, this.top(row) + 16, short, own);
      this.drawInput(row);
      scene.padded.passes.forEach((_, part) => {
        this.drawStates(row, part);
        this.drawVerdict(row, part);
      });
    });
    this.markPicked();
    panel.end();
  }

  /** A bar between the picked input and its state. */
  markPicked() {
    const { panel: { ink }, frame, wide } = this;
    const part = Math.min(wide - 2, 24);
    ink.fillStyle = frame.colour("ink");
    ink.fillRect(frame.x(frame.step) - part / 2, this.top(this.scene.row) + INPUT - 4, part, 2);
  }

  get strip() {
    const { names, padded } = this.scene;
    const [least, most, unit] = names.length <= FEW ? [24, 48, 6] : [12, 24, 2];
    return Math.max(least, Math.min(most, unit * padded.units));
  }

  /** Where a row begins. */
  top(row) {
    return HEAD + row * (INPUT + this.scene.padded.passes.length * (this.strip + LABEL) + GAP);
  }

  /** Where the strip of a pass begins. */
  part(row, part) {
    return this.top(row) + INPUT + part * (this.strip + LABEL);
  }

  /** What lies at a height: a row, and where there is a strip its pass and unit, else -1. */
  place(y) {
    const { names, padded } = this.scene;
    const found = Math.floor((y - HEAD) / (this.top(1) - HEAD));
    const row = Math.min(names.length - 1, Math.max(0, found));
    const inside = (_, part) => y >= this.part(row, part) && y < this.part(row, part) + this.strip;
    const part = padded.passes.findIndex(inside);
    if (part < 0) return { row, part, unit: -1 };
    const unit = Math.floor(((y - this.part(row, part)) / this.strip) * padded.units);
    return { row, part, unit };
  }

  /** What the colours mean, and what the two columns of numbers are. */
  drawHead() {
    const { panel, frame, scene } = this;
    const next = this.drawKey("state h after each step", frame.left, signed(scene.limit), scene.beyond);
    if (!scene.letters && next + 150 < frame.right) this.drawKey("input x", next, scene.inputScale);
    const soft = { class: "wb-soft", ...END };
    panel.text("read", frame.right + COLUMNS.read, 14, `unit ${scene.unit} read`, soft);
    panel.text("truth", frame.right + COLUMNS.truth, 14, "true", soft);
    const words = `true: the ${scene.letters ? "word" : "sequence"} alone, without padding`;
    panel.text("alone", frame.right + COLUMNS.truth, 31, words, soft);
  }

  /** beyond: whether there are values outside the scale, in the colour of its ends. */
  drawKey(title, x, scale, beyond = false) {
    const { ink } = this.panel;
    const soft = { class: "wb-soft" };
    const name = this.panel.text(title, x, 14, title, soft);
    const from = x + name.getComputedTextLength() + 64;
    for (let k = 0; k < 48; k++) {
      ink.fillStyle = colour(scale.low + ((k + 0.5) / 48) * (scale.high - scale.low), scale);
      ink.fillRect(from + k, 6, 1, 8);
    }
    const [below, above] = beyond ? ["≤ ", "≥ "] : ["", ""];
    this.panel.text(`low ${title}`, from - 6, 14, below + number(scale.low, 2), { ...soft, ...END });
    this.panel.text(`high ${title}`, from + 54, 14, above + number(scale.high, 2), soft);
    return from + 136;
  }

  /** The letters or the values of a row, and its padding hatched. */
  drawInput(row) {
    const { panel, frame, scene, wide } = this;
    const { mask, lengths, steps, x } = scene.padded.batch;
    const top = this.top(row);
    const first = mask[row].indexOf(1);
    if (scene.letters)
      [...scene.names[row]].forEach((letter, k) =>
        panel.text(`letter ${row} ${k}`, frame.x(first + k), top + 16, letter, MIDDLE));
    else {
      const box = { top: top + 2, height: INPUT - 4, hidden: (t) => !mask[row][t] };
      panel.heat(x[row], x[row].length / steps, scene.inputScale, box);
    }
    const count = steps - lengths[row];
    if (!count) return;
    const left = frame.left + (first > 0 ? 0 : lengths[row]) * wide;
    const band = frame.colour("band");
    this.hatch(left, top + 2, count * wide, INPUT - 4, band);
    const skipped = scene.padded.masked || !scene.value;
    const word = skipped ? "padding" : `padding ${number(scene.value)}`;
    const room = LETTER * word.length + 10;
    if (count * wide < room) return;
    const middle = left + (count * wide) / 2;
    panel.ink.fillStyle = band;
    panel.ink.fillRect(middle - room / 2, top + 2, room, INPUT - 4);
    panel.text(`padding ${row}`, middle, top + 15, word, { class: "wb-soft", ...MIDDLE });
  }

  hatch(x, y, width, height, ground) {
    const { ink } = this.panel;
    ink.save();
    ink.beginPath();
    ink.rect(x, y, width, height);
    ink.clip();
    Object.assign(ink, { fillStyle: ground, strokeStyle: this.frame.colour("soft"), lineWidth: 1 });
    ink.fill();
    ink.globalAlpha = 0.45;
    ink.beginPath();
    for (let at = x - height; at < x + width; at += 7) {
      ink.moveTo(at, y + height);
      ink.lineTo(at + height, y);
    }
    ink.stroke();
    ink.restore();
  }

  /** The states of a pass over a row as code reads them: 0 where a mask skips the padding. */
  drawStates(row, part) {
    const { panel, frame, scene, strip, wide } = this;
    const { ink } = panel;
    const { passes, units, masked, batch: { steps, mask } } = scene.padded;
    const { name, h } = passes[part];
    const top = this.part(row, part);
    const scale = signed(scene.limit);
    const silent = (t) => masked && !mask[row][t];
    panel.heat(h[row], units, scale, { top, height: strip });
    ink.fillStyle = frame.colour("bg");
    for (let t = 0; t <= steps; t++)
      ink.fillRect(Math.round(frame.left + t * wide) - 1, top, 1, strip);
    const middle = top + strip / 2 + 4;
    for (let t = 0; t < steps; t++)
      if (silent(t)) panel.text(`zero ${row} ${part} ${t}`, frame.x(t), middle, "0", ZERO);
    const soft = { class: "wb-soft", ...END };
    panel.text(`flow ${row} ${part}`, frame.left - 12, middle, FLOW[name], soft);
    this.markUnit(top + ((scene.unit + 0.5) / units) * strip);
  }

  /** A small wedge at the unit whose numbers are shown. */
  markUnit(y) {
    const { ink } = this.panel;
    const x = this.frame.left - 2;
    ink.fillStyle = this.frame.colour("ink");
    ink.beginPath();
    ink.moveTo(x, y);
    ink.lineTo(x - 6, y - 4);
    ink.lineTo(x - 6, y + 4);
    ink.fill();
  }

  /** The outlines of a pass over a row, what they are called, and the numbers beside it. */
  drawVerdict(row, part) {
    const { frame, scene } = this;
    const { step, end, right } = scene.lasts[row][part];
    const [line, word] = right ? ["gru", "gru-text"] : ["back", "back-text"];
    const style = { style: `fill:var(--${word})`, "font-weight": 600 };
    const top = this.part(row, part);
    const key = `${row} ${part}`;
    const index = scene.rule.endsWith("lengths") ? `h[${step}]` : `h${scene.rule}`;
    const text = `${MARK[right]} ${index}`;
    const labels = [{ key: `read at ${key}`, x: frame.x(step), text, style }];
    if (!right && end !== step) {
      this.outline(end, top, frame.colour("ink"), [4, 3]);
      labels.push({ key: `true at ${key}`, x: frame.x(end), text: "true", style: {} });
    }
    this.outline(step, top, frame.colour(line), []);
    this.placeLabels(labels, top + this.strip + 14);
    this.drawNumbers(row, part, style);
  }

  drawNumbers(row, part, style) {
    const { panel, frame, scene } = this;
    const { read, truth, right } = scene.lasts[row][part];
    const y = this.part(row, part) + this.strip / 2 + 4;
    const key = `${row} ${part}`;
    const column = frame.right + COLUMNS.read;
    panel.text(`mark ${key}`, frame.right + COLUMNS.mark, y, MARK[right], style);
    panel.text(`number ${key}`, column, y, number(read[scene.unit]), { ...END, ...style });
    panel.text(`truth ${key}`, frame.right + COLUMNS.truth, y, number(truth[scene.unit]), END);
    const before = scene.ghost?.[row]?.[part];
    if (!before) return;
    const old = `was ${number(before.read[scene.unit])}`;
    panel.text(`was ${key}`, column, y + 16, old, { class: "wb-soft", ...END });
  }

  /** One or two words under their cells, apart where the cells are close, within the brick. */
  placeLabels(labels, y) {
    const { panel, frame } = this;
    const half = labels.map(({ text }) => (LETTER * text.length + 8) / 2);
    const kept = (x, k) => Math.min(frame.right - half[k], Math.max(frame.left + half[k], x));
    const xs = labels.map(({ x }, k) => kept(x, k));
    if (xs.length === 2) {
      const side = labels[1].x < labels[0].x ? -1 : 1;
      const lack = () => half[0] + half[1] - side * (xs[1] - xs[0]);
      // Each gives way by half; where one stands at the edge, the other by the rest.
      for (const part of [0.5, 1])
        for (const [k, away] of [[0, -side], [1, side]])
          if (lack() > 0) xs[k] = kept(xs[k] + away * part * lack(), k);
    }
    labels.forEach(({ key, text, style }, k) =>
      panel.text(key, xs[k], y, text, { ...MIDDLE, ...style }));
  }

  outline(step, top, line, dash) {
    const { ink } = this.panel;
    const box = [this.frame.left + step * this.wide, top, this.wide - 1, this.strip];
    ink.save();
    Object.assign(ink, { strokeStyle: this.frame.colour("bg"), lineWidth: 5 });
    ink.strokeRect(...box);
    Object.assign(ink, { strokeStyle: line, lineWidth: dash.length ? 2 : 3 });
    ink.setLineDash(dash);
    ink.strokeRect(...box);
    ink.restore();
  }
}
