/**
 * Column t of the triangle as a curve over k on a log axis, under its bounds. A bound below 1 is
 * enough for fading; one above 1 is needed for growth and is not enough (Pascanu et al., 2013).
 */

import { scaleLinear } from "d3-scale";
import { apart } from "../../frame/panel.js";
import { number, numberOfLog, power } from "../../frame/words.js";
import { keepWithin, pickEarlier } from "./pick.js";

const HEAD = 22;
const TALL = 112;
const BAND = 20;
const LEAST = -6; // the axis reaches at least down to here, so that it rarely moves
const A_NAME = 44; // pixels of a curve's name
const HIGHEST = 2; // and up to here
const DEPTH = 16; // and at most so many decades either way
const APART = 1.5; // pixels between two lines that can be told apart

export class Decay {
  constructor(view) {
    Object.assign(this, { view, frame: view.frame });
    this.panel = this.frame.panel({
      height: HEAD + TALL + BAND, label: "the norm at every earlier step", scrub: false,
      tell: (x) => this.tell(x),
    });
    pickEarlier(this.panel.element, view);
    keepWithin(this.panel.element, this.frame);
  }

  settle() {
    Object.assign(this, { low: LEAST, high: HIGHEST });
    this.widen();
  }

  widen() {
    const { logs, bound } = this.view.result;
    for (const log of [...logs, (this.frame.steps - 1) * bound]) {
      if (!Number.isFinite(log)) continue;
      if (log < this.low) this.low = Math.max(-DEPTH, Math.floor(log));
      if (log > this.high) this.high = Math.min(DEPTH, Math.ceil(log));
    }
  }

  tell(x) {
    const { frame, view } = this;
    const [t, k] = [frame.step, frame.stepAt(x)];
    if (k > t) return null;
    return `${view.tellPair(t, k)}; bound ${numberOfLog((t - k) * view.result.bound)}`;
  }

  draw() {
    const { panel, frame, view } = this;
    if (view.ghost) this.widen();
    panel.begin();
    const t = frame.step;
    this.y = scaleLinear([this.low, this.high], [HEAD + TALL, HEAD]);
    const words = `largest stretch ‖${view.derivative(view.short(t), "k")}‖, log scale`;
    panel.text("head", frame.left, 12, words);
    this.drawAxis();
    const row = (result) => (k) => this.height(result.at(t, k));
    const colour = frame.colour(view.network.key);
    if (view.ghost) panel.curve(row(view.ghost), { colour, alpha: 0.3, width: 2.5, to: t + 1 });
    this.drawBounds(t, row(view.result));
    panel.curve(row(view.result), { colour, width: 2, to: t + 1 });
    this.mark(row(view.result)(view.k), colour);
    panel.end();
  }

  /** Where a norm is drawn: below the axis in its band; not-a-number above it. */
  height(log) {
    if (log !== log || log > this.high + 0.25) return NaN;
    return log < this.low ? HEAD + TALL + BAND / 2 : this.y(log);
  }

  drawAxis() {
    const { panel, frame } = this;
    const every = [1, 2, 3, 4, 6, 8].find((n) => (this.high - this.low) / n <= 5) ?? 8;
    const ticks = [];
    for (let decade = every * Math.ceil(this.low / every); decade <= this.high; decade += every) {
      panel.line(frame.left, this.y(decade), frame.right, this.y(decade));
      ticks.push([decade, power(decade)]);
    }
    panel.axis("decades", "left", this.y, ticks, frame.left, 0);
    const { logs } = this.view.result;
    if (!logs.some((log) => log < this.low)) return;
    panel.ink.fillStyle = frame.colour("band");
    panel.ink.fillRect(frame.left, HEAD + TALL, frame.right - frame.left, BAND);
    const less = logs.some((log) => log < this.low && log !== -Infinity) ? `< ${power(this.low)}` : null;
    const zero = logs.includes(-Infinity) ? "0" : null;
    const text = [zero, less].filter(Boolean).join(", ");
    panel.text("band", frame.left - 8, HEAD + TALL + BAND - 3, text, { class: "wb-soft", "text-anchor": "end" });
  }

  /** The bounds, dashed, and all names in the column beside. */
  drawBounds(t, row) {
    const { panel, frame, view } = this;
    const { bound, classical } = view.result;
    const soft = frame.colour("soft");
    const lines = [[bound, [6, 3]]];
    const differs = classical !== null && this.differ(bound, classical);
    if (differs) lines.push([classical, [2, 3]]);
    for (const [log, dash] of lines)
      panel.curve((k) => this.height(k === t ? 0 : (t - k) * log), { colour: soft, dash, to: t + 1 });
    this.nameCurves(row, t);
    const words = [
      "dashed, the bound: as if", "every step stretched most,", "in one direction:",
      `${numberOfLog(bound)} to the power t − k`, bound > 0 ? "above 1, so no promise" : "",
      "", ...(classical === null ? [] : this.tellClassical(classical, differs)),
    ];
    const x = frame.right + 20;
    words.forEach((text, line) =>
      text && panel.text(`bound ${line}`, x, HEAD + 8 + 16 * line, text, { class: "wb-soft" }));
  }

  /** Whether the lines of two factors a step can be told apart at their far end. */
  differ(...logs) {
    const [a, b] = logs.map((log) => this.y(Math.max(-DEPTH, (this.frame.steps - 1) * log)));
    return Math.abs(a - b) > APART;
  }

  /** The bound that does not know the run: the steepest slope times the largest stretch by U. */
  tellClassical(classical, differs) {
    const { slope } = this.view.network.about;
    const stretch = numberOfLog(classical - Math.log10(slope));
    const product = `by U, ${number(slope)} × ${stretch}`;
    return differs
      ? ["dotted: steepest slope γ", `× stretch ${product}`]
      : ["steepest slope γ × stretch", `${product}: the same`];
  }

  /** "bound" above its line and "norm" below its own, where they begin; zeros share their names. */
  nameCurves(row, t) {
    const { panel, frame, view } = this;
    const bound = (k) => this.height((t - k) * view.result.bound);
    const from = this.firstKnown(bound, t);
    const wide = frame.stepAt(frame.x(from) + A_NAME) - from;
    if (t <= from + wide) return;
    const zero = HEAD + TALL;
    const ends = (curve, first) => [curve(first), curve(first + wide)];
    const colour = `${view.network.key}-text`;
    if (ends(bound, from).every((y) => y > zero)) {
      panel.text("curve norm", frame.left + 4, zero - 5, "norm and bound", { style: `fill:${frame.colour(colour)}` });
      return;
    }
    const above = Math.min(...ends(bound, from)) - 5;
    const under = Math.max(...ends(bound, from)) + 13;
    const norm = Math.max(...ends(row, from));
    const places = [
      { name: "bound", y: above < HEAD + 8 ? under : above, colour: "soft" },
      { name: "norm", y: norm > zero ? zero - 5 : norm + 13, colour },
    ].filter(({ y }) => y === y);
    for (const { name, y, colour: own } of apart(places, 14, HEAD + 8, zero + BAND - 4))
      panel.text(`curve ${name}`, frame.x(from) + 4, y, name, { style: `fill:${frame.colour(own)}` });
  }

  /** The first step at which a curve is in the plot. */
  firstKnown(curve, t) {
    let k = 0;
    while (k < t && curve(k) !== curve(k)) k++;
    return k;
  }

  /** The chosen k. */
  mark(y, colour) {
    const { panel, frame, view } = this;
    const x = frame.x(view.k);
    panel.line(x, HEAD, x, HEAD + TALL + BAND, { colour: frame.colour("ink"), dash: [3, 3] });
    if (y !== y) return;
    panel.ink.fillStyle = colour;
    panel.ink.beginPath();
    panel.ink.arc(x, y, 4.5, 0, 2 * Math.PI);
    panel.ink.fill();
  }
}
