/**
 * The forget gate as points on the logistic curve, above a scale of biases and of the half-lives
 * that they give. One point can be dragged along the curve. Tells what changes; runs nothing.
 */

import { number } from "../../frame/words.js";
import { halfLife, logistic } from "../../measures/carousel.js";

const TOP = 28;
const TALL = 96;
const EDGE = 24; // pixels right of the curve
const HEIGHT = TOP + TALL + 44;
const RADIUS = 8;
const UNDER = -0.1; // from this bias on there is room for words under the curve
const WORDS = 176; // pixels that they take
const BESIDE = 14; // pixels from the point to them
const SLIDES = 1; // from this bias on they move to the point's other side
const SMALL = 3; // radius of the point of one unit of several

/** "2.21 steps", "1 step". */
export const steps = (count) => `${number(count)} ${number(count) === "1" ? "step" : "steps"}`;

/** The half-life of a gate, or of gates; one below a step is not spelled out, since a gate acts once a step. */
export function lasts(least, most = least) {
  if (most < 1) return "below 1 step";
  const from = least < 1 ? "below 1" : number(least);
  return least === most ? steps(most) : `${from} to ${steps(most)}`;
}

/** A share of one step: two digits of a hundred, three where two would say all. */
export const keeps = (gate) => `${number(100 * gate, gate > 0.985 ? 3 : 2)} %`;

export class GateCurve {
  /** range: [least, most, step] bias. key: of its colour. onInput(bias) while it moves, onDone(), onReset(). */
  constructor(frame, { range, key, into, onInput, onDone, onReset }) {
    Object.assign(this, { frame, key, onInput });
    [this.low, this.high, this.step] = range;
    this.panel = frame.panel({
      height: HEIGHT, label: "the forget gate by its bias", scrub: false, into,
      tell: (x) => (this.held ? null : this.tell(this.biasAt(x))),
    });
    const { element } = this.panel;
    element.classList.add("wb-rail");
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.held = true;
      frame.hover(event, null);
      this.move(event);
    });
    element.addEventListener("pointermove", (event) => this.held && this.move(event));
    for (const end of ["pointerup", "pointercancel"])
      element.addEventListener(end, () => {
        if (this.held) onDone();
        this.held = false;
      });
    element.addEventListener("dblclick", onReset);
  }

  move(event) {
    this.onInput(this.biasAt(event.clientX - this.panel.element.getBoundingClientRect().left));
  }

  x(bias) {
    const { frame, low, high } = this;
    return frame.left + ((bias - low) / (high - low)) * (frame.width - EDGE - frame.left);
  }

  y(bias) {
    return TOP + (1 - logistic(bias)) * TALL;
  }

  /** The bias under a pixel, at a place where the slider can stand. */
  biasAt(x) {
    const { frame, low, high, step } = this;
    const bias = low + ((x - frame.left) / (frame.width - EDGE - frame.left)) * (high - low);
    const places = Math.round(Math.min(high, Math.max(low, bias)) / step);
    return Number((places * step).toFixed(6));
  }

  tell(bias) {
    return `bias ${number(bias)}: the gate keeps ${keeps(logistic(bias))} a step, half-life ${lasts(halfLife(bias))}`;
  }

  /** biases: of the units, all the same or not. ghost: those before the drag, or null. */
  draw(biases, ghost) {
    const { panel, frame } = this;
    panel.begin();
    this.drawScales();
    this.drawCurve();
    if (ghost) this.drawPoints(ghost, 0.3);
    this.drawPoints(biases, 1);
    panel.end();
  }

  drawScales() {
    const { panel, frame, low, high } = this;
    const right = frame.width - EDGE;
    panel.text("title", frame.left, 13, "forget gate σ(b): what it keeps of the cell state at each step");
    for (const level of [0, 0.5, 1]) {
      const y = TOP + (1 - level) * TALL;
      panel.line(frame.left, y, right, y);
      panel.text(`level ${level}`, frame.left - 8, y + 4, number(level), { class: "wb-soft", "text-anchor": "end" });
    }
    const rows = [["bias", "forget bias b", (b) => number(b)], ["half", "half-life, steps", (b) => (halfLife(b) < 1 ? "< 1" : number(halfLife(b)))]];
    rows.forEach(([key, name, text], row) => {
      const y = TOP + TALL + 19 + 18 * row;
      panel.text(key, frame.left - 26, y, name, { class: "wb-soft", "text-anchor": "end" });
      for (let b = Math.ceil(low); b <= high; b++)
        panel.text(`${key} ${b}`, this.x(b), y, text(b), { class: "wb-soft", "text-anchor": "middle" });
    });
  }

  drawCurve() {
    const { ink } = this.panel;
    const [from, to] = [this.x(this.low), this.x(this.high)];
    ink.save();
    Object.assign(ink, { strokeStyle: this.frame.colour("reference"), lineWidth: 1.5 });
    ink.beginPath();
    for (let x = from; x <= to; x += 2)
      ink.lineTo(x, this.y(this.low + ((x - from) / (to - from)) * (this.high - this.low)));
    ink.stroke();
    ink.restore();
  }

  drawPoints(biases, alpha) {
    const { panel, frame } = this;
    const { ink } = panel;
    const same = biases.every((bias) => bias === biases[0]);
    ink.save();
    Object.assign(ink, { globalAlpha: alpha, fillStyle: frame.colour(this.key), strokeStyle: frame.colour("bg"), lineWidth: same ? 2 : 1 });
    for (const bias of same ? biases.slice(0, 1) : biases) {
      if (bias < this.low || bias > this.high) continue;
      ink.beginPath();
      ink.arc(this.x(bias), this.y(bias), same ? RADIUS : SMALL, 0, 2 * Math.PI);
      ink.fill();
      ink.stroke();
    }
    ink.restore();
    if (alpha === 1) this.say(biases, same);
  }

  /**
   * Where words of a bias begin: right of its point, and further left the nearer the point is to
   * the right edge, so that they pass under it without a jump.
   */
  place(bias) {
    const slid = Math.max(0, (bias - SLIDES) / (this.high - SLIDES));
    return this.x(Math.max(bias, UNDER)) + BESIDE - slid * (WORDS + 2 * BESIDE);
  }

  /** A line from the point to its words: across where they stand further right, else down. */
  lead(bias, x, top) {
    const { panel, frame } = this;
    const [from, y] = [this.x(bias), this.y(bias)];
    const colour = frame.colour(this.key);
    if (bias < UNDER) panel.line(from, y, x - 4, Math.max(y, top + 8), { colour });
    else panel.line(from, y, from, from < x ? TOP + TALL : top, { colour });
  }

  /**
   * The gate and its half-life in words: under the curve, beside the point or led to it,
   * so that they follow the point without a jump. biases: all the same or not.
   */
  say(biases, same) {
    const { panel, frame } = this;
    const [least, most] = [Math.min(...biases), Math.max(...biases)];
    const top = TOP + TALL - 46;
    const x = this.place(least);
    if (same) this.lead(least, x, top);
    const lines = same
      ? [`σ(${number(least)}) = ${number(logistic(least))}`, `half-life ${lasts(halfLife(least))}`]
      : [`${biases.length} units, half-lives`, lasts(halfLife(least), halfLife(most))];
    lines.forEach((text, row) =>
      panel.text(`said ${row}`, x, top + 16 + 20 * row, text, { class: "wb-name wb-halo", style: `fill:var(--${this.key}-text)` }),
    );
  }
}
