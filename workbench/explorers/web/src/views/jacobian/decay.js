/** Column t of the triangle as a curve over k on a log axis, under its bounds. */

import { scaleLinear } from "d3-scale";
import { apart } from "../../panel.js";
import { number, numberOfLog, power } from "../../words.js";
import { pickEarlier } from "./pick.js";

const HEAD = 22;
const TALL = 112;
const BAND = 20;
const LEAST = -6; // the axis reaches at least down to here, so that it rarely moves
const A_NAME = 44; // pixels of a curve's name
const HIGHEST = 2; // and up to here
const DEPTH = 16; // and at most so many decades either way

export class Decay {
  constructor(view) {
    Object.assign(this, { view, frame: view.frame });
    this.panel = this.frame.panel({
      height: HEAD + TALL + BAND, label: "the norm at every earlier step", scrub: false,
      tell: (x) => this.tell(x),
    });
    pickEarlier(this.panel.element, view);
  }

  settle() {
    Object.assign(this, { low: LEAST, high: HIGHEST });
    this.widen();
  }

  widen() {
    for (const log of this.view.result.logs) {
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
    const words = `‖${view.derivative(view.short(t), "k")}‖ at each k, log scale`;
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
    if (classical !== null) lines.push([classical, [2, 3]]);
    for (const [log, dash] of lines)
      panel.curve((k) => this.height(k === t ? 0 : (t - k) * log), { colour: soft, dash, to: t + 1 });
    this.nameCurves(row, t);
    const x = frame.right + 20;
    const say = (key, line, text) => panel.text(key, x, HEAD + 10 + 16 * line, text, { class: "wb-soft" });
    say("bound 1", 0, "dashed, the bound: the");
    say("bound 2", 1, "largest σ of any one step,");
    say("bound 3", 2, `${numberOfLog(bound)}, to the power t − k`);
    if (classical === null) return;
    say("bound 4", 4, "dotted: γ σ(U), with");
    say("bound 5", 5, `γ = ${number(view.network.about.slope)}, σ(U) = ${numberOfLog(classical - Math.log10(view.network.about.slope))}`);
  }

  /** "bound" above its line and "norm" below its own, at the earliest step that shows them. */
  nameCurves(row, t) {
    const { panel, frame, view } = this;
    const wide = frame.stepAt(frame.left + A_NAME);
    if (t <= wide) return;
    const bound = (k) => this.height((t - k) * view.result.bound);
    const from = this.firstKnown(bound, t);
    const places = [{ name: "norm", y: Math.max(row(0), row(wide)) + 13, colour: `${view.network.key}-text` }];
    const above = Math.min(bound(0), bound(wide)) - 5;
    const under = Math.max(bound(0), bound(wide)) + 13;
    if (from === 0) places.unshift({ name: "bound", y: above < HEAD + 8 ? under : above, colour: "soft" });
    else panel.text("bound out", frame.x(from) - 6, HEAD + 8, "bound", { class: "wb-soft", "text-anchor": "end" });
    const last = HEAD + TALL + (row(0) > HEAD + TALL ? -4 : BAND - 4);
    const shown = places.filter(({ y }) => y === y);
    for (const { name, y, colour } of apart(shown, 14, HEAD + 8, last))
      panel.text(`curve ${name}`, frame.left + 4, y, name, { style: `fill:${frame.colour(colour)}` });
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
