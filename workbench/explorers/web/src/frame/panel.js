/**
 * One strip of an explorer: a canvas for marks, an SVG of the same size above it for words and
 * axes. Knows pixels and colours; what the numbers mean is its caller's.
 */

import { axisBottom, axisLeft } from "d3-axis";
import { select } from "d3-selection";
import { paint } from "./colours.js";
import { make } from "./controls.js";

const SVG = "http://www.w3.org/2000/svg";

export class Panel {
  /** frame: the Frame around. height in pixels; width(): in pixels, the frame's by default. */
  constructor(frame, { height, label = "", width = () => frame.width }) {
    Object.assign(this, { frame, widthNow: width });
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("role", "img");
    this.svg.setAttribute("aria-label", label);
    this.element = make("div", { class: "wb-panel" }, this.canvas, this.svg);
    this.ink = this.canvas.getContext("2d");
    this.height = height;
    this.kept = new Map();
    this.seen = new Set();
  }

  /** Fit to the width and begin a new drawing. */
  begin(height = this.height) {
    const width = this.widthNow();
    const density = window.devicePixelRatio || 1;
    const size = `${width} ${height} ${density}`;
    if (size !== this.size) {
      Object.assign(this, { size, width, height });
      this.canvas.width = Math.round(width * density);
      this.canvas.height = Math.round(height * density);
      for (const element of [this.canvas, this.svg, this.element]) {
        element.style.width = `${width}px`;
        element.style.height = `${height}px`;
      }
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    }
    this.ink.setTransform(density, 0, 0, density, 0, 0);
    this.ink.clearRect(0, 0, width, height);
    this.seen.clear();
  }

  /** Remove the words and lines that this drawing no longer has. */
  end() {
    for (const [key, element] of this.kept) {
      if (this.seen.has(key)) continue;
      element.remove();
      this.kept.delete(key);
    }
  }

  /** An SVG element that lives from drawing to drawing under its key. */
  mark(key, tag, attributes, text = null) {
    let element = this.kept.get(key);
    if (!element) {
      element = document.createElementNS(SVG, tag);
      this.svg.append(element);
      this.kept.set(key, element);
    }
    this.seen.add(key);
    for (const [name, value] of Object.entries(attributes)) {
      if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
    }
    if (text !== null && element.textContent !== text) element.textContent = text;
    return element;
  }

  text(key, x, y, text, attributes = {}) {
    return this.mark(key, "text", { x, y, ...attributes }, text);
  }

  /** A bold name in the margin left of the axis, cut where it is longer than the margin. */
  name(key, y, text, attributes = {}) {
    const { ink, frame } = this;
    const room = frame.left - 16;
    ink.font = `600 14px ${getComputedStyle(this.element).fontFamily}`;
    let shown = text;
    while (shown && ink.measureText(shown).width > room) shown = `${shown.replace(/…$/, "").slice(0, -1)}…`;
    this.text(key, frame.left - 12, y, shown, { class: "wb-name", "text-anchor": "end", ...attributes });
  }

  /** A d3 axis under a key: side "left" or "bottom"; ticks are [value, text] pairs. */
  axis(key, side, scale, ticks, x, y) {
    const names = new Map(ticks);
    const axis = (side === "left" ? axisLeft : axisBottom)(scale)
      .tickValues(ticks.map(([value]) => value))
      .tickFormat((value) => names.get(value))
      .tickSize(0)
      .tickPadding(side === "left" ? 8 : 4);
    const group = this.mark(key, "g", { class: "wb-axis", transform: `translate(${x},${y})` });
    select(group).call(axis);
  }

  /**
   * A heat map: column t of `values` (steps * units, unit beside unit) at the frame's step t, unit
   * 0 on top. scale: of colours.js. hidden(t): a column left blank. box: {top, height}.
   */
  heat(values, units, scale, { top, height, hidden = () => false }) {
    const { frame, ink } = this;
    const { steps } = frame;
    if (!this.image || this.image.width !== steps || this.image.height !== units) {
      this.image = new ImageData(steps, units);
      this.small = make("canvas", { width: steps, height: units });
    }
    const bytes = this.image.data;
    for (let t = 0; t < steps; t++)
      for (let j = 0; j < units; j++) {
        const place = 4 * (j * steps + t);
        if (hidden(t)) bytes.fill(0, place, place + 4);
        else paint(bytes, place, values[t * units + j], scale, frame.inkBytes);
      }
    this.small.getContext("2d").putImageData(this.image, 0, 0);
    ink.imageSmoothingEnabled = false;
    ink.drawImage(this.small, frame.left, top, frame.right - frame.left, height);
  }

  /** A curve through (t, y(t)); not-a-number leaves a gap. */
  curve(y, { colour, width = 1.5, alpha = 1, dash = [], from = 0, to = this.frame.steps }) {
    const { ink, frame } = this;
    ink.save();
    Object.assign(ink, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha });
    Object.assign(ink, { lineJoin: "round", lineCap: "round" });
    ink.setLineDash(dash);
    ink.beginPath();
    let drawing = false;
    for (let t = from; t < to; t++) {
      const height = y(t);
      if (height === height) {
        if (drawing) ink.lineTo(frame.x(t), height);
        else ink.moveTo(frame.x(t), height);
      }
      drawing = height === height;
    }
    ink.stroke();
    ink.restore();
  }

  /** A hairline from (x0, y0) to (x1, y1). */
  line(x0, y0, x1, y1, { colour = this.frame.colour("hair"), width = 1, dash = [] } = {}) {
    const { ink } = this;
    ink.save();
    Object.assign(ink, { strokeStyle: colour, lineWidth: width });
    ink.setLineDash(dash);
    ink.beginPath();
    ink.moveTo(x0, y0);
    ink.lineTo(x1, y1);
    ink.stroke();
    ink.restore();
  }
}

/** Move labels [{y, ...}] apart until neighbours are `gap` apart, within low..high; in place. */
export function apart(labels, gap, low, high) {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  let last = low - gap;
  for (const label of sorted) last = label.y = Math.max(label.y, last + gap);
  let next = high + gap;
  for (const label of sorted.reverse()) next = label.y = Math.min(label.y, next - gap);
  return labels;
}
