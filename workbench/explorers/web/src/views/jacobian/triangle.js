/** The triangle: every pair of steps in the colour of its norm; a click chooses a pair. */

import { scaleLinear } from "d3-scale";
import { bytesOf, paint, signed } from "../../frame/colours.js";
import { make } from "../../frame/controls.js";
import { power } from "../../frame/words.js";
import { keepWithin } from "./pick.js";

const [LEAST, MOST] = [272, 320]; // pixels of its height
const TOP = 6;
const DECADES = 6; // either way from 1: the same colours for all cells and all gains
const KEY = 168;
const A_LABEL = 22; // pixels between the labels of k

const scale = signed(DECADES);

export class Triangle {
  constructor(view) {
    Object.assign(this, { view, frame: view.frame });
    this.panel = this.frame.panel({
      height: MOST, label: "norm of the derivative of the state at t by the state at k, for all t and k",
      scrub: false, tell: (x, y) => this.tell(x, y),
    });
    this.listen(this.panel.element);
    keepWithin(this.panel.element, this.frame);
    this.colours = make("canvas", { width: 2 * DECADES * 8, height: 1 });
    this.colours.getContext("2d").putImageData(ramp(this.colours.width), 0, 0);
  }

  get tall() {
    return Math.max(LEAST, Math.min(MOST, 0.47 * (this.frame.right - this.frame.left)));
  }

  /** The middle of row k in pixels. */
  y(k) {
    return TOP + this.tall * (1 - (k + 0.5) / this.frame.steps);
  }

  rowAt(y) {
    const k = Math.floor((1 - (y - TOP) / this.tall) * this.frame.steps);
    return Math.max(0, Math.min(this.frame.steps - 1, k));
  }

  listen(element) {
    const { view, frame } = this;
    const place = (event) => {
      const { left, top } = element.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    const pair = ([x, y]) => [frame.stepAt(x), this.rowAt(y)];
    element.classList.add("wb-pick");
    element.addEventListener("pointerdown", (event) => {
      const [x, y] = place(event);
      const [t, k] = pair([x, y]);
      if (x > frame.right || k > t) return;
      element.setPointerCapture(event.pointerId);
      view.choosePair(t, k);
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) view.choosePair(...pair(place(event)));
    });
    element.addEventListener("dblclick", () => view.choosePair(view.start.t, view.start.k));
  }

  tell(x, y) {
    if (x > this.frame.right) return this.view.values.tell(y);
    const [t, k] = [this.frame.stepAt(x), this.rowAt(y)];
    return k > t ? null : this.view.tellPair(t, k);
  }

  draw() {
    const { panel, frame, view } = this;
    panel.begin(Math.round(this.tall) + TOP + 8);
    const seen = this.drawCells();
    this.drawChosen();
    const [first, last] = [-0.5, frame.steps - 0.5];
    const rows = scaleLinear([first, last], [TOP + this.tall, TOP]);
    const every = Math.ceil((frame.ticks().length * A_LABEL) / this.tall);
    panel.axis("k", "left", rows, frame.ticks().filter((_, n) => n % every === 0), frame.left, 0);
    this.drawKey(seen);
    view.values.draw(panel, TOP, this.tall);
    panel.end();
  }

  /** Paint all cells; tells which of the special colours are there. */
  drawCells() {
    const { frame, view, panel } = this;
    const { steps } = frame;
    if (this.image?.width !== steps) {
      this.image = new ImageData(steps, steps);
      this.small = make("canvas", { width: steps, height: steps });
    }
    const soft = bytesOf(frame.colour("soft"));
    const { data } = this.image;
    const { logs } = view.result;
    const seen = { zero: false, unknown: false };
    for (let t = 0; t < steps; t++)
      for (let k = 0; k <= t; k++) {
        const log = logs[t * steps + k];
        const place = 4 * ((steps - 1 - k) * steps + t);
        if (log === -Infinity) data.set(soft, place);
        else paint(data, place, log, scale, frame.inkBytes);
        seen.zero ||= log === -Infinity;
        seen.unknown ||= log !== log;
      }
    this.small.getContext("2d").putImageData(this.image, 0, 0);
    panel.ink.imageSmoothingEnabled = false;
    panel.ink.drawImage(this.small, frame.left, TOP, frame.right - frame.left, this.tall);
    return seen;
  }

  /** The chosen pair: a frame around it, a line along its row; its column has the cursor. */
  drawChosen() {
    const { panel, frame, view } = this;
    const { ink } = panel;
    const [x, y] = [frame.x(frame.step), this.y(view.k)];
    // Ink alone could not be seen on light cells in a dark theme.
    const halo = { colour: frame.colour("bg"), width: 3 };
    panel.line(frame.x(view.k), y, frame.right, y, halo);
    panel.line(x, this.y(frame.step), x, TOP + this.tall, halo);
    panel.line(frame.left, y, frame.right, y, { colour: frame.colour("ink"), dash: [3, 3] });
    for (const [colour, width] of [["bg", 5], ["ink", 2]]) {
      ink.strokeStyle = frame.colour(colour);
      ink.lineWidth = width;
      ink.strokeRect(x - 6, y - 6, 12, 12);
    }
    panel.text("k now", frame.right + 8, y + 4, "k", { class: "wb-name" });
  }

  /** What the colours mean, in the half of the square where there is nothing. */
  drawKey(seen) {
    const { panel, frame, view } = this;
    const left = frame.left + 16;
    const soft = { class: "wb-soft" };
    const lines = ["how much a small change at k (up)", "can change the state at t (right),", "at most: the largest stretch"];
    panel.text("what", left, TOP + 12, `‖${view.derivative()}‖`, { class: "wb-name" });
    lines.forEach((text, row) => panel.text(`how ${row}`, left, TOP + 29 + 15 * row, text, soft));
    const top = TOP + 70;
    panel.ink.drawImage(this.colours, left, top, KEY, 8);
    const ends = [
      [`≤ ${power(-DECADES)}`, "faded", "start", 0], ["1", "unchanged", "middle", 0.5],
      [`≥ ${power(DECADES)}`, "grown", "end", 1],
    ];
    for (const [text, word, anchor, at] of ends)
      [text, word].forEach((own, row) =>
        panel.text(`key ${at} ${row}`, left + at * KEY, top + 22 + 15 * row, own, { ...soft, "text-anchor": anchor }));
    const special = [[seen.zero, "exactly 0", "soft"], [seen.unknown, "not a number", "ink"]];
    special.filter(([there]) => there).forEach(([, text, colour], row) => {
      panel.ink.fillStyle = frame.colour(colour);
      panel.ink.fillRect(left, top + 47 + 17 * row, 10, 10);
      panel.text(text, left + 16, top + 56 + 17 * row, text, soft);
    });
  }
}

/** The scale itself as one row of pixels. */
function ramp(width) {
  const image = new ImageData(width, 1);
  for (let n = 0; n < width; n++)
    paint(image.data, 4 * n, DECADES * ((2 * (n + 0.5)) / width - 1), scale, [0, 0, 0, 255]);
  return image;
}
