/** The singular values of the chosen product: dots on a log axis, each with its number. */

import { scaleLinear } from "d3-scale";
import { apart } from "../../frame/panel.js";
import { numberOfLog, power } from "../../frame/words.js";

const HEAD = 56; // pixels for its name
const BAND = 20; // pixels for what cannot be told from 0
const STEP = 4; // decades: ends of the axis, so that it rarely moves
const DEPTH = 16;
const A_LABEL = 14;
const A_STEP = 5; // letters of a step that fit twice into the column
const AXIS = 62; // pixels from the time axis to the dots

const LOWERED = "₀₁₂₃₄₅₆₇₈₉";
const lowered = (n) => String(n).replace(/\d/g, (digit) => LOWERED[digit]);

export class Values {
  constructor(view) {
    Object.assign(this, { view, frame: view.frame });
  }

  settle() {
    this.low = this.high = 0;
  }

  /** Widen the axis to hold the values; it narrows when a hand lets go. */
  widen(logs) {
    const known = [...logs].filter(Number.isFinite);
    if (!this.view.ghost) this.settle();
    if (!known.length) return;
    const most = Math.max(...known);
    const least = Math.max(Math.min(...known), most - DEPTH);
    this.low = Math.min(this.low, STEP * Math.floor(least / STEP));
    this.high = Math.max(this.high, STEP * Math.ceil(most / STEP - 0.01));
    if (this.low === this.high) this.low -= STEP;
  }

  draw(panel, top, tall) {
    const { frame, view } = this;
    const logs = view.result.values(frame.step, view.k);
    this.widen(logs);
    const left = frame.right + AXIS;
    const zeros = logs.filter((log) => log === -Infinity).length;
    const bottom = top + tall - BAND;
    this.y = scaleLinear([this.low || -STEP, this.high], [bottom - 6, top + HEAD + 6]);
    const soft = { class: "wb-soft" };
    panel.text("values of", frame.right + 20, top + 12, "singular values σ of", soft);
    const steps = [view.short(frame.step), view.short(view.k)];
    const brief = steps.every((step) => String(step).length <= A_STEP);
    panel.text("values", frame.right + 20, top + 28, view.derivative(...(brief ? steps : [])));
    panel.text("each", frame.right + 20, top + 44, "one stretch a direction", soft);
    this.drawAxis(panel, left);
    if (zeros) {
      panel.ink.fillStyle = frame.colour("band");
      panel.ink.fillRect(left - 8, bottom, panel.width - left + 8, BAND);
      panel.text("zeros", left + 14, bottom + 14, `≈ 0: ${zeros} of ${logs.length}`, soft);
    }
    this.drawDots(panel, left, logs, top + HEAD, bottom);
  }

  drawAxis(panel, x) {
    const every = STEP * Math.max(1, Math.ceil((this.high - this.low) / STEP / 6));
    for (let decade = this.high; decade >= this.low; decade -= every) {
      const y = this.y(decade);
      panel.line(x - 6, y, x + 6, y);
      panel.text(`value ${decade}`, x - 10, y + 4, power(decade), { class: "wb-soft", "text-anchor": "end" });
    }
    panel.line(x, this.y.range()[0], x, this.y.range()[1]);
  }

  drawDots(panel, x, logs, top, bottom) {
    const { frame, view } = this;
    const shown = [...logs].map((log, n) => ({ log, n, text: `σ${lowered(n + 1)} ${numberOfLog(log, 2)}` }))
      .filter(({ log }) => log >= this.low);
    const every = Math.ceil((shown.length * A_LABEL) / (bottom - top));
    const named = shown.filter((_, n) => n % every === 0).map((dot) => ({ ...dot, y: this.y(dot.log) }));
    apart(named, A_LABEL, top + 6, bottom - 6);
    for (const { log, n, y, text } of named) {
      panel.line(x + 5, this.y(log), x + 16, y);
      panel.text(`σ ${n}`, x + 20, y + 4, text, n === 0 ? {} : { class: "wb-soft" });
    }
    panel.ink.fillStyle = frame.colour(view.network.key);
    for (const { log } of shown) {
      panel.ink.beginPath();
      panel.ink.arc(x, this.y(log), 4, 0, 2 * Math.PI);
      panel.ink.fill();
    }
  }

  /** The value nearest to a height. */
  tell(y) {
    const { frame, view } = this;
    const logs = [...view.result.values(frame.step, view.k)];
    const far = logs.map((log) => Math.abs(this.y(log) - y));
    const n = far.indexOf(Math.min(...far.filter(Number.isFinite)));
    return n < 0 ? null : `σ${lowered(n + 1)} = ${numberOfLog(logs[n])}`;
  }
}
