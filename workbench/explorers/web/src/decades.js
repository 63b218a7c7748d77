/**
 * A log axis in a panel on which every number of 0 or more has a place: decades, and below them a
 * band for what is smaller or exactly 0. Its lowest decade stays, so that nothing jumps in a drag.
 */

import { power } from "./words.js";

const GAP = 6;
const BAND = 18;
const DEPTH = 16; // decades; a part smaller than 10^-16 no longer changes a float64 sum
const EVERY = 4; // decades from one name to the next

export class Decades {
  /** top, tall: pixels of the decades. The panel must leave Decades.below pixels under them. */
  static below = GAP + BAND;

  constructor(top, tall) {
    Object.assign(this, { top, tall });
    this.fit([]);
  }

  /** Let the axis reach the greatest number of the arrays, and 1. */
  fit(arrays) {
    let most = 1;
    for (const values of arrays)
      for (const value of values) if (Number.isFinite(value)) most = Math.max(most, value);
    this.high = Math.ceil(Math.log10(most));
  }

  get bottom() {
    return this.top + this.tall;
  }

  /** The middle of the band. */
  get floor() {
    return this.bottom + GAP + BAND / 2;
  }

  /** Pixels of a number; in the band a little off the others by `off`. */
  y(value, off = 0) {
    const decade = Math.log10(value);
    if (decade < -DEPTH) return this.floor + off;
    const part = (this.high - decade) / (this.high + DEPTH);
    return this.top + Math.max(0, part) * this.tall; // not-a-number stays not-a-number
  }

  draw(panel) {
    const { frame, ink } = panel;
    ink.fillStyle = frame.colour("band");
    ink.fillRect(frame.left, this.bottom + GAP, frame.right - frame.left, BAND);
    for (let decade = -DEPTH; decade <= this.high; decade += EVERY / 2) {
      const y = this.y(10 ** decade);
      panel.line(frame.left, y, frame.right, y, { width: decade === 0 ? 1.5 : 0.75 });
      if (decade % EVERY === 0) this.name(panel, power(decade), y);
    }
    this.name(panel, `below ${power(-DEPTH)}, 0`, this.floor);
  }

  name(panel, text, y) {
    panel.text(`at ${text}`, panel.frame.left - 8, y + 4, text, { class: "wb-soft", "text-anchor": "end" });
  }
}
