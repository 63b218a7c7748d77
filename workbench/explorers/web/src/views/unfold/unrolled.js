/**
 * The folded cell with its loops beside a window of its copies along time, drawn from a run, as
 * pictures/unfold.py draws it. What lies where, what is under the pointer; computes nothing.
 */

import { colour, signed } from "../../frame/colours.js";
import { number } from "../../frame/words.js";
import { part } from "./words.js";

const FOLDED = 192; // pixels that the folded cell with its sign takes
const MIDDLE = 84; // of the folded cell
const PACE = 96; // at least, from one copy to the next
const [BOX, STRIP, GHOST, ROW, LANE, LOOP, DROP, NODE] = [52, 12, 5, 26, 38, 9, 40, 24];
const WIDEST = 10; // an arrow that carries all of the gradient
const TOP = 12;
const BACK = { class: "", style: "fill:var(--back-text)" };
const SOFT = { class: "wb-soft", style: "" };

const clamped = (value) => Math.min(1, Math.max(0, value));

/** A cell's name on as many lines as its box has room for, or as much of it as has. */
function titled(label, most) {
  const words = label.split(" ");
  if (words.length <= most && words.every((word) => word.length <= 7)) return words;
  return [words[0].length <= 7 ? words[0] : "cell"];
}

/** Where everything is in a stage of that width, for a cell with those states. */
export function places(states, steps, width) {
  const rows = [...states.slice(1), states[0]]; // the output beside the cell that gives it
  const room = width - FOLDED - 4;
  const count = Math.min(steps, Math.max(2, Math.floor(room / PACE)));
  const pace = Math.min(144, room / count);
  const top = TOP + ROW * rows.length + 24 + LOOP * rows.length;
  const tall = Math.max(56, LANE * rows.length + 4);
  const reads = top + tall + DROP;
  const named = reads + NODE + 18;
  const told = named + 22;
  return {
    rows, count, pace, top, tall, reads, named, told, right: FOLDED + pace * count, left: FOLDED,
    strips: Object.fromEntries(rows.map((state, k) => [state, TOP + ROW * k])),
    lanes: Object.fromEntries(rows.map((state, k) => [state, top + (tall * (k + 0.5)) / rows.length])),
    below: told + 20 * (rows.length - 1) + 8, height: told + 20 * rows.length + 34,
  };
}

export class Unrolled {
  /** panel: where it is drawn. */
  constructor(panel) {
    this.panel = panel;
  }

  /**
   * scene: {network, trace, ghost, x, reached, backward, step, shown, limits, chosen, names, labels,
   * most, grown, lengthOf, moving, done(t), back(t), reading(t), captions}. shown: the first step of
   * the window. grown: whether a gradient is larger anywhere than at the loss. done, back: whether the values, the gradient have come to step t.
   */
  draw(scene) {
    const { panel } = this;
    const { network, trace } = scene;
    const states = Object.keys(network.cell.states);
    const plan = (this.plan = places(states, trace.steps, panel.widthNow()));
    Object.assign(this, scene, { colourNow: panel.frame.colour(network.key) });
    panel.begin(plan.height);
    this.drawFolded();
    for (let t = scene.shown; t < Math.min(trace.steps, scene.shown + plan.count); t++) this.drawCopy(t);
    scene.captions.forEach((words, k) => {
      panel.text(`caption ${k}`, (plan.left + plan.right) / 2, plan.height - 22 + 17 * k, words, { class: "wb-soft", "text-anchor": "middle" });
    });
    panel.end();
  }

  /** The middle of a copy. */
  x0(t) {
    return this.plan.left + this.plan.pace * (t - this.shown + 0.5);
  }

  drawFolded() {
    const { panel, plan, network, chosen, labels, backward } = this;
    const { top } = plan;
    const word = `var(--${network.key}-text)`;
    const forward = this.colourNow;
    this.box(MIDDLE, 1);
    const lines = titled(network.label, Math.floor((plan.tall - 8) / 14));
    lines.forEach((line, k) => {
      const y = top + plan.tall / 2 + 5 + 14 * (k - (lines.length - 1) / 2);
      panel.text(`cell ${k}`, MIDDLE, y, line, { "text-anchor": "middle", "font-weight": 600, style: `fill:${word}` });
    });
    plan.rows.forEach((state, k) => {
      const y = plan.lanes[state];
      const [reach, over] = [14 + LOOP * k, top - 10 - LOOP * k];
      const [left, right] = [MIDDLE - BOX / 2, MIDDLE + BOX / 2];
      const path = [[right, y], [right + reach, y], [right + reach, over], [left - reach, over], [left - reach, y], [left, y]];
      const wide = chosen === state ? 3 : 1.4;
      this.arrow(backward ? path.reverse() : path, { colour: backward ? this.backColour : forward, width: wide });
      const outside = left - 18 - LOOP * (plan.rows.length - 1);
      panel.text(`loop ${state}`, outside, y + 4, labels[state], { ...this.labelled(state), "text-anchor": "end" });
      this.hit(`loop ${state}`, outside - 26, y - 14, left - outside + 26, 28, { arrow: state }, `${labels[state]}: see its numbers`);
    });
    this.into(MIDDLE, "folded");
    panel.text("folded x", MIDDLE, plan.reads + 16, "x[t]", { "text-anchor": "middle" });
    panel.text("equals", FOLDED - 44, top + plan.tall / 2 + 6, "=", { class: "wb-soft wb-equals", "text-anchor": "middle" });
    for (const state of plan.rows) this.drawKey(state);
    panel.text("steps", FOLDED - 10, plan.named, this.panel.frame.times.name, { class: "wb-soft", "text-anchor": "end" });
    plan.rows.toReversed().forEach((state, k) => {
      const text = backward ? `${this.grown ? "size" : "left"} of dL/d${state}` : `norm of ${state}`;
      const style = backward ? BACK : SOFT;
      panel.text(`told ${state}`, FOLDED - 10, plan.told + 20 * k, text, { "text-anchor": "end", ...style });
    });
  }

  get backColour() {
    return this.panel.frame.colour("back");
  }

  /** The name of a strip and the ends of its colours, beside the copies. */
  drawKey(state) {
    const { panel, plan, limits } = this;
    const y = plan.strips[state];
    const scale = signed(limits[state]);
    const ramp = Float64Array.from({ length: 32 }, (_, k) => scale.high * (k / 15.5 - 1));
    panel.text(`key ${state}`, 6, y + 11, state, { class: "wb-name" });
    panel.text(`low ${state}`, 64, y + 10, number(scale.low, 2), { class: "wb-soft", "text-anchor": "end" });
    this.strip(ramp, scale, MIDDLE + 10, y, 44, 1);
    panel.text(`high ${state}`, 122, y + 10, number(scale.high, 2), { class: "wb-soft" });
  }

  drawCopy(t) {
    const { panel, plan, step } = this;
    const x = this.x0(t);
    const { ink } = panel;
    if (t === step) {
      ink.fillStyle = panel.frame.colour("band");
      ink.fillRect(x - plan.pace / 2 + 2, 2, plan.pace - 4, plan.below - 2);
    }
    const key = (name) => `${name} ${t}`;
    const own = { "text-anchor": "middle" };
    for (const state of plan.rows) this.drawLane(state, t, x);
    this.box(x, this.done(t) ? 1 : 0);
    this.hit(key("cell"), x - BOX / 2, plan.top, BOX, plan.tall, { arrow: "cell", step: t }, "all it computes");
    this.into(x, t);
    this.drawNode(t, x);
    this.drawOutput(t, x);
    for (const state of plan.rows) this.drawStrip(state, t, x);
    panel.text(key("name"), x, plan.named, this.names(t), { ...own, "font-weight": t === step ? 600 : 400 });
    plan.rows.toReversed().forEach((state, k) => {
      const text = this.backward
        ? this.back(t) ? part(this.reached.carried[state][t]) : ""
        : this.done(t) ? number(this.lengthOf[state][t], 2) : "";
      const style = this.backward ? BACK : SOFT;
      panel.text(key(`told ${state}`), x, plan.told + 20 * k, text, { ...own, ...style });
    });
  }

  /** The arrow of a state into a copy, and what comes back along it. */
  drawLane(state, t, x) {
    const { panel, plan, chosen, step, labels, reached } = this;
    const y = plan.lanes[state];
    // From the copy before; before the first of the window, from its edge.
    const start = x - (t > this.shown ? plan.pace - BOX / 2 : plan.pace / 2 - 2);
    const [gap, end] = [x - BOX / 2 - start, x - BOX / 2];
    const marked = chosen === state && t === step;
    const { ink } = panel;
    ink.save();
    if (this.backward) ink.globalAlpha *= 0.45;
    if (t === 0 || this.done(t - 1)) {
      const glow = this.moving && t === step && !this.backward;
      this.arrow([[start, y - 5], [end, y - 5]], { colour: this.colourNow, width: marked || glow ? 3 : 1.4 });
    }
    ink.restore();
    const said = t ? labels[state] : "0";
    panel.text(`lane ${state} ${t}`, start + gap / 2 - 2, y - 12, said, { "text-anchor": "middle", ...this.labelled(state, t) });
    if (this.backward && t > 0 && this.back(t - 1)) {
      const most = Math.max(1, this.most);
      const left = reached.carried[state][t - 1] / most;
      const width = WIDEST * Math.sqrt(clamped(left));
      if (left > 0) this.arrow([[end, y + 9], [start, y + 9]], { colour: this.backColour, width: Math.max(0.5, width) });
    }
    this.hit(`lane ${state} ${t}`, start, y - 20, gap, LANE - 2, { arrow: state, step: t }, `${labels[state]}: see its numbers`);
  }

  labelled(arrow, t = null) {
    const on = this.chosen === arrow && (t === null || t === this.step);
    return on ? { class: "", "font-weight": 700 } : { class: "wb-soft", "font-weight": 400 };
  }

  /** The arrows of the input and of the biases into a copy. */
  into(x, t) {
    const { panel, plan, chosen, step, labels } = this;
    const bottom = plan.top + plan.tall;
    const here = t === "folded" || t === step;
    const places = { input: [x, plan.reads - 2], bias: [x + 18, bottom + 18] };
    for (const [arrow, [at, from]] of Object.entries(places)) {
      if (!labels[arrow]) continue;
      const marked = chosen === arrow && here;
      this.arrow([[at, from], [at, bottom]], { colour: this.colourNow, width: marked ? 3 : 1.4 });
      const label = this.labelled(arrow, t === "folded" ? null : t);
      if (arrow === "input") panel.text(`input ${t}`, at - 6, bottom + 24, labels.input, { ...label, "text-anchor": "end" });
      else panel.text(`bias ${t}`, at, bottom + 31, labels.bias, { ...label, "text-anchor": "middle" });
      const about = t === "folded" ? { arrow } : { arrow, step: t };
      const wide = arrow === "input" ? [at - 34, 44] : [at - 8, 26];
      this.hit(`${arrow} ${t}`, wide[0], bottom + 2, wide[1], DROP - 4, about, `${labels[arrow]}: see its numbers`);
    }
  }

  /** What a copy reads, under the hand, with marks that say which way it can be dragged. */
  drawNode(t, x) {
    const { panel, plan } = this;
    const wide = Math.min(76, plan.pace - 20);
    const y = plan.reads + NODE / 2;
    const ends = panel.frame.colour(t === this.step ? "ink" : "soft");
    panel.mark(`node ${t}`, "rect", {
      x: x - wide / 2, y: plan.reads, width: wide, height: NODE, rx: NODE / 2, fill: panel.frame.colour("bg"), stroke: ends,
    });
    panel.text(`node text ${t}`, x - 5, y + 4, this.reading(t), { "text-anchor": "middle" });
    const right = x + wide / 2 - 11;
    const mark = (side) => `M${right - 3.5},${y + 2.5 * side}h7l-3.5,${4.5 * side}z`;
    panel.mark(`node drag ${t}`, "path", { d: mark(-1) + mark(1), fill: ends, "pointer-events": "none" });
    const grip = this.hit(`grip ${t}`, x - wide / 2, plan.reads, wide, NODE, { grip: "x", step: t }, "drag up or down");
    grip.classList.add("wb-grip");
  }

  /** The output above a copy; at the last step the loss that looks at it. */
  drawOutput(t, x) {
    const { panel, plan, chosen, step, reached } = this;
    const above = TOP + ROW * plan.rows.length - 2;
    const marked = chosen === "output" && t === step;
    if (this.done(t)) this.arrow([[x, plan.top], [x, above]], { colour: this.colourNow, width: marked ? 3 : 1.4 });
    this.hit(`output ${t}`, x - 12, above, 24, plan.top - above, { arrow: "output", step: t }, "what the cell gives");
    if (!this.backward || t !== reached.at) return;
    this.arrow([[x + 12, above], [x + 12, plan.top]], { colour: this.backColour, width: WIDEST * Math.sqrt(1 / Math.max(1, this.most)) });
    panel.text("loss", x + 22, (above + plan.top) / 2 + 4, "loss", { class: "", "font-weight": 600, style: "fill:var(--back-text)" });
  }

  drawStrip(state, t, x) {
    const { plan, network, trace, ghost, limits } = this;
    const units = network.units(state);
    const row = (run) => run.line(state).subarray(t * units, (t + 1) * units);
    const [y, wide, scale] = [plan.strips[state], plan.pace - 16, signed(limits[state])];
    if (this.done(t) && trace.has?.(t) !== false) this.strip(row(trace), scale, x, y, wide, 1);
    else this.frameOf(x, y, wide);
    if (ghost && ghost.has?.(t) !== false) this.strip(row(ghost), scale, x, y + STRIP + 2, wide, 0.3, GHOST);
  }

  /** Values side by side as colours. */
  strip(values, scale, middle, y, wide, alpha, height = STRIP) {
    const { ink, frame } = this.panel;
    ink.save();
    ink.globalAlpha *= alpha;
    const each = wide / values.length;
    values.forEach((value, k) => {
      ink.fillStyle = value !== value ? frame.colour("ink") : colour(value, scale);
      ink.fillRect(middle - wide / 2 + k * each, y, each + 0.3, height);
    });
    ink.restore();
    if (height === STRIP) this.frameOf(middle, y, wide);
  }

  frameOf(middle, y, wide) {
    const { ink, frame } = this.panel;
    ink.strokeStyle = frame.colour("hair");
    ink.lineWidth = 1;
    ink.strokeRect(middle - wide / 2, y, wide, STRIP);
  }

  /** The cell: one colour for every copy, since all are the same cell. */
  box(x, filled) {
    const { ink, frame } = this.panel;
    const { plan } = this;
    ink.save();
    ink.beginPath();
    ink.roundRect(x - BOX / 2, plan.top, BOX, plan.tall, 8);
    ink.fillStyle = frame.colour("bg");
    ink.fill();
    ink.strokeStyle = ink.fillStyle = this.colourNow;
    ink.lineWidth = 1.4;
    const before = ink.globalAlpha;
    ink.globalAlpha = before * 0.16 * filled;
    ink.fill();
    ink.globalAlpha = before;
    ink.stroke();
    ink.restore();
  }

  /** Along corners, with a head at the end that grows with the width. */
  arrow(corners, { colour: own, width }) {
    const { ink } = this.panel;
    const head = [4 + 0.8 * width, 2.4 + 0.75 * width];
    const [end, before] = [corners.at(-1), corners.at(-2)];
    const turn = Math.atan2(end[1] - before[1], end[0] - before[0]);
    const [dx, dy] = [Math.cos(turn), Math.sin(turn)];
    ink.save();
    ink.strokeStyle = ink.fillStyle = own;
    ink.lineWidth = width;
    ink.lineJoin = "round";
    ink.beginPath();
    ink.moveTo(...corners[0]);
    for (const [k, corner] of corners.slice(1, -1).entries()) ink.arcTo(...corner, ...corners[k + 2], 8);
    ink.lineTo(end[0] - dx * head[0] * 0.9, end[1] - dy * head[0] * 0.9);
    ink.stroke();
    ink.beginPath();
    ink.moveTo(...end);
    for (const side of [-1, 1])
      ink.lineTo(end[0] - dx * head[0] - side * dy * head[1], end[1] - dy * head[0] + side * dx * head[1]);
    ink.fill();
    ink.restore();
  }

  /** A place that answers the pointer; what it is about stands in its data. */
  hit(key, x, y, width, height, about, title) {
    const element = this.panel.mark(`hit ${key}`, "rect", { x, y, width, height, class: "wb-hit" });
    for (const [name, value] of Object.entries(about)) element.dataset[name] = value;
    element.dataset.title = title;
    return element;
  }
}
