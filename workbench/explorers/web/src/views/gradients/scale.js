/**
 * A log axis that leaves nothing out: decades, and a band above and one below for what has no
 * place among them. Knows norms and pixels, no networks.
 */

import { power } from "../../frame/words.js";

const DEPTH = 16; // decades below the loss at which a part no longer changes a float64 sum
const BAND = 20;
const GAP = 8;
const STEPS = [1, 2, 4, 5, 10, 20, 50, 100, 200];
const ROOM = 32; // pixels from one decade line to the next, at least
const SNAP = 4; // decades by which a window grows
const ABOVE = ["above", "infinite", "not a number"];
const BELOW = ["below", "0"];

/** The decades that hold these norms (arrays; the last value of each is at the loss). */
export function rangeOf(curves) {
  let [low, high, start] = [Infinity, -Infinity, Infinity];
  for (const norms of curves)
    norms.forEach((norm, k) => {
      const decade = Math.log10(norm);
      if (!Number.isFinite(decade)) return;
      [low, high] = [Math.min(low, decade), Math.max(high, decade)];
      if (k === norms.length - 1) start = Math.min(start, decade);
    });
  if (low > high) return { low: -1, high: 0 };
  [low, high] = [Math.floor(low), Math.ceil(high)];
  low = Math.max(low, Math.min(Math.floor(start), high) - DEPTH);
  return { low, high: Math.max(high, low + 1) };
}

/** The band of a norm in a range, or null where it has a place among the decades. */
function bandOf(norm, { low, high }) {
  if (Number.isNaN(norm)) return "not a number";
  if (norm === Infinity) return "infinite";
  if (norm === 0) return "0";
  const decade = Math.log10(norm);
  return decade < low ? "below" : decade > high ? "above" : null;
}

/**
 * A window of decades for curves, {low, high}: it reaches from 10^-16 or more to 10^4 or more in
 * whole fours, and is never narrower than the window before, so that curves can be compared by eye.
 */
export function widened(curves, before = { low: -SNAP, high: SNAP }) {
  const { low, high } = rangeOf(curves);
  return {
    low: Math.max(-DEPTH, Math.min(before.low, Math.floor(low / SNAP) * SNAP)),
    high: Math.max(before.high, Math.ceil(high / SNAP) * SNAP),
  };
}

export class LogAxis {
  /** window: of `widened`. curves: what is drawn now. top, bottom: pixels, with the bands. */
  constructor({ low, high }, curves, top, bottom) {
    Object.assign(this, { low, high, top: top + BAND + GAP, bottom: bottom - BAND - GAP });
    this.bands = new Set(curves.flatMap((norms) => Array.from(norms, (norm) => this.bandOf(norm))));
    this.above = top + BAND / 2;
    this.below = bottom - BAND / 2;
  }

  /** The name of the band of a norm, or null where it has a place among the decades. */
  bandOf(norm) {
    return bandOf(norm, this);
  }

  /** The pixel of a norm; in a band `shift` off its middle, so that lines do not hide each other. */
  y(norm, shift = 0) {
    const band = bandOf(norm, this);
    if (band === null) return this.place(Math.log10(norm));
    return (BELOW.includes(band) ? this.below : this.above) + shift;
  }

  place(decade) {
    return this.top + ((this.high - decade) / (this.high - this.low)) * (this.bottom - this.top);
  }

  /** What lies in a band: "below 10⁻¹⁶, 0". */
  wordsOf(names) {
    const words = { above: `above ${power(this.high)}`, below: `below ${power(this.low)}` };
    return names.filter((name) => this.bands.has(name)).map((name) => words[name] ?? name).join(", ");
  }

  /** Draw decade lines and the bands that hold something into a panel, named at its right. */
  draw(panel) {
    const { frame, ink } = panel;
    const said = (key, text, y) => panel.text(key, frame.right + 8, y + 4, text, { class: "wb-soft" });
    ink.fillStyle = frame.colour("band");
    for (const [names, y] of [[ABOVE, this.above], [BELOW, this.below]]) {
      const words = this.wordsOf(names);
      if (!words) continue;
      ink.fillRect(frame.left, y - BAND / 2 + 1, frame.right - frame.left, BAND - 2);
      said(names[0], words, y);
    }
    const span = this.high - this.low;
    const every = STEPS.find((step) => span / step <= (this.bottom - this.top) / ROOM) ?? 500;
    for (let decade = Math.ceil(this.low / every) * every; decade <= this.high; decade += every) {
      const y = this.place(decade);
      panel.line(frame.left, y, frame.right, y, { width: decade === 0 ? 1.2 : 0.6 });
      said(`decade ${decade}`, power(decade), y);
    }
  }
}
