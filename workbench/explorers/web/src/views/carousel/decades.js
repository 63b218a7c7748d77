/**
 * A log axis in a panel on which every number of 0 or more has a place: decades, and below them a
 * band for what is smaller or exactly 0. It is fitted on request only, so that nothing jumps in a drag.
 */

import { power } from "../../frame/words.js";

const GAP = 6;
const BAND = 18;
const DEPTH = 16; // decades; a part smaller than 10^-16 no longer changes a float64 sum
const EVERY = 4; // decades from one name to the next, where there are more
const LOWS = [-1, -2, -4, -8, -12, -DEPTH]; // lowest decades that an axis may have

export class Decades {
  /** top, tall: pixels of the decades. The panel must leave Decades.below pixels under them. */
  static below = GAP + BAND;

  constructor(top, tall) {
    Object.assign(this, { top, tall, low: -DEPTH, high: 0 });
  }

  /**
   * Let the axis hold the numbers of the arrays and 1. keep: no narrower
   * than it is. Where no number is known it stays.
   */
  fit(arrays, keep = false) {
    let [least, most] = [Infinity, 0];
    for (const values of arrays)
      for (const value of values)
        if (value > 0 && value < Infinity) [least, most] = [Math.min(least, value), Math.max(most, value)];
    if (least > most) return;
    const low = LOWS.find((decade) => Math.log10(least) >= decade) ?? -DEPTH;
    const high = Math.max(0, Math.ceil(Math.log10(most)));
    this.low = keep ? Math.min(this.low, low) : low;
    this.high = keep ? Math.max(this.high, high) : high;
  }

  get bottom() {
    return this.top + this.tall;
  }

  /** The middle of the band. */
  get floor() {
    return this.bottom + GAP + BAND / 2;
  }

  /** The band of a number, or null where it is among the decades. */
  bandOf(value) {
    if (value === 0) return "0";
    if (Number.isNaN(value)) return "not a number";
    return Math.log10(value) < this.low ? "below" : Math.log10(value) > this.high ? "above" : null;
  }

  /** Pixels of a number; in the band a little off the others by `off`. Above all decades: the top. */
  y(value, off = 0) {
    const decade = Math.log10(value);
    if (decade < this.low) return this.floor + off;
    const part = (this.high - decade) / (this.high - this.low);
    return this.top + Math.max(0, part) * this.tall; // not-a-number stays not-a-number
  }

  draw(panel) {
    const { frame, ink } = panel;
    ink.fillStyle = frame.colour("band");
    ink.fillRect(frame.left, this.bottom + GAP, frame.right - frame.left, BAND);
    const every = this.high - this.low > EVERY ? EVERY : 1;
    for (let decade = this.low; decade <= this.high; decade += every / (every > 1 ? 2 : 1)) {
      const y = this.y(10 ** decade);
      panel.line(frame.left, y, frame.right, y, { width: decade === 0 ? 1.5 : 0.75 });
      if (decade % every === 0) this.name(panel, power(decade), y);
    }
    this.name(panel, `below ${power(this.low)}, 0`, this.floor);
  }

  name(panel, text, y) {
    panel.text(`at ${text}`, panel.frame.left - 8, y + 4, text, { class: "wb-soft", "text-anchor": "end" });
  }
}
