/**
 * A log axis that leaves nothing out: decades, and bands for what has no place among them, as the
 * matplotlib twin draws them. Knows norms and pixels, no networks.
 */

import { power } from "../words.js";

const DEPTH = 16; // decades below the loss at which a part no longer changes a float64 sum
const BAND = 20;
const GAP = 8;
const STEPS = [1, 2, 4, 5, 10, 20, 50, 100, 200];
const ROOM = 32; // pixels from one decade line to the next, at least
const ABOVE = ["not a number", "infinite", "above"];
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

const bandsOf = (curves, range) =>
  new Set(curves.flatMap((norms) => Array.from(norms, (norm) => bandOf(norm, range))));

/** A scale for curves, settled: {low, high, bands}; kept while a hand drags. */
export function settled(curves) {
  const range = rangeOf(curves);
  return { ...range, bands: bandsOf(curves, range) };
}

export class LogAxis {
  /**
   * scale: of `settled`. curves: what is drawn now. top, bottom: pixels. Bands that have come up
   * since the scale was settled lie over the edge of the plot, so that nothing moves under a hand.
   */
  constructor(scale, curves, top, bottom) {
    Object.assign(this, { low: scale.low, high: scale.high });
    const above = ABOVE.filter((band) => scale.bands.has(band));
    const below = BELOW.filter((band) => scale.bands.has(band));
    this.top = top + (above.length ? above.length * BAND + GAP : 0);
    this.bottom = bottom - (below.length ? below.length * BAND + GAP : 0);
    this.middles = {};
    above.forEach((band, k) => (this.middles[band] = top + BAND * (k + 0.5)));
    below.forEach((band, k) => (this.middles[band] = this.bottom + GAP + BAND * (k + 0.5)));
    for (const band of bandsOf(curves, scale)) {
      if (band === null || band in this.middles) continue;
      this.middles[band] = BELOW.includes(band) ? this.bottom - BAND / 2 : this.top + BAND / 2;
    }
  }

  /** The pixel of a norm; in a band `shift` off its middle, so that lines do not hide each other. */
  y(norm, shift = 0) {
    const band = bandOf(norm, this);
    return band === null ? this.place(Math.log10(norm)) : this.middles[band] + shift;
  }

  place(decade) {
    return this.top + ((this.high - decade) / (this.high - this.low)) * (this.bottom - this.top);
  }

  nameOf(band) {
    return { above: `above ${power(this.high)}`, below: `below ${power(this.low)}` }[band] ?? band;
  }

  /** Draw decade lines and bands into a panel, named at its right. */
  draw(panel) {
    const { frame, ink } = panel;
    const said = (key, text, y) => panel.text(key, frame.right + 8, y + 4, text, { class: "wb-soft" });
    const middles = Object.entries(this.middles);
    ink.fillStyle = frame.colour("band");
    for (const [band, y] of middles) {
      ink.fillRect(frame.left, y - BAND / 2 + 1, frame.right - frame.left, BAND - 2);
      said(band, this.nameOf(band), y);
    }
    const span = this.high - this.low;
    const every = STEPS.find((step) => span / step <= (this.bottom - this.top) / ROOM) ?? 500;
    for (let decade = Math.ceil(this.low / every) * every; decade <= this.high; decade += every) {
      const y = this.place(decade);
      panel.line(frame.left, y, frame.right, y, { width: decade === 0 ? 1.2 : 0.6 });
      if (middles.every(([, middle]) => Math.abs(middle - y) >= 14)) said(`decade ${decade}`, power(decade), y);
    }
  }
}
