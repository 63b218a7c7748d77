/**
 * What a network reads under the hand: one sequence in which the value, or the letter, of any step
 * can be replaced. Keeps what it was at first; runs nothing.
 */

import { number } from "../../frame/words.js";

const NOTCH = 14; // pixels from one letter to the next while one is dragged
const SPAN = 160; // pixels that take a number over the whole span of the input

/** What each input is called where every step is one letter, else null. */
function lettersOf({ x, steps, times }, inputs) {
  if (inputs < 2 || times.kind !== "label") return null;
  const names = Array(inputs).fill("?");
  for (let t = 0; t < steps; t++) {
    const row = x.subarray(t * inputs, (t + 1) * inputs);
    const one = row.indexOf(1);
    if (one < 0 || row.some((value, k) => value !== Number(k === one))) return null;
    names[one] = times.values[t];
  }
  return names;
}

export class Reading {
  constructor(subject) {
    this.first = subject.x;
    this.x = subject.x.slice();
    this.inputs = subject.x.length / subject.steps;
    this.letters = lettersOf(subject, this.inputs);
    /** Which input a hand moves where there are several. */
    this.feature = 0;
    this.low = Math.min(...subject.x);
    this.high = Math.max(...subject.x);
    this.span = this.high - this.low || 1;
    /** How far a value can be dragged. */
    this.ends = [this.low - this.span / 2, this.high + this.span / 2];
  }

  /** The value, or the number of the letter, of step t. */
  at(t, x = this.x) {
    if (!this.letters) return x[t * this.inputs + this.feature];
    return x.subarray(t * this.inputs, (t + 1) * this.inputs).indexOf(1);
  }

  /** The same in a word. */
  word(t, x = this.x) {
    if (this.letters) return this.letters[this.at(t, x)];
    return number(this.at(t, x), this.inputs > 1 ? 2 : 3);
  }

  /** Where a drag of so many pixels upwards takes a value. */
  dragged(first, up) {
    if (this.letters) {
      const count = this.letters.length;
      return (((first + Math.round(up / NOTCH)) % count) + count) % count;
    }
    return Math.min(this.ends[1], Math.max(this.ends[0], first + (up / SPAN) * this.span));
  }

  /** Replace it; the array before stays as it was. */
  set(t, value) {
    this.x = this.x.slice();
    if (!this.letters) {
      this.x[t * this.inputs + this.feature] = value;
      return;
    }
    this.x.fill(0, t * this.inputs, (t + 1) * this.inputs);
    this.x[t * this.inputs + value] = 1;
  }
}
