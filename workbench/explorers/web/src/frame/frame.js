/**
 * What all explorers share: title and question, controls, panels along one time axis with one
 * cursor, a sentence that answers, an error line, keyboard, play, theme and size. Draws at most
 * once per animation frame, whatever is dragged.
 */

import { scaleLinear } from "d3-scale";
import { bytesOf, isDark, watchTheme } from "./colours.js";
import { button, make } from "./controls.js";
import { Panel } from "./panel.js";
import { number } from "./words.js";

const NARROWEST = 320;
const NUMBER = /([−\d.]+ (?:×\s\S+|%))/; // with what belongs to it
const CONTROLS = "button, input, select, label";
const A_FRAME = 15; // milliseconds, a little less than a screen takes for one
const A_SECOND = 8; // steps that play takes
const A_MOMENT = 200; // milliseconds in which nobody wonders whether anything happens

export class Frame {
  /**
   * el: where it is drawn. title, question: words. steps: how many. times: {kind, values, name},
   * kind "number", "label" or "step"; `from` is the number of the first step where a part of a
   * sequence is shown. left, right: margins in pixels for names and scales.
   */
  constructor(el, { title, question, steps, times, left = 104, right = 72 }) {
    Object.assign(this, { el, steps, times, marginLeft: left, marginRight: right });
    this.step = steps - 1;
    this.draw = () => {};
    this.stepped = () => {};
    this.drawn = 0;
    this.panels = [];
    this.controls = make("div", { class: "wb-controls" });
    this.cursor = make("div", { class: "wb-cursor", "aria-hidden": "true" });
    this.readout = make("div", { class: "wb-readout", hidden: true });
    this.body = make("div", {
      class: "wb-body", tabindex: 0, role: "slider", "aria-label": "step",
      "aria-valuemin": 0, "aria-valuemax": steps - 1, "data-lm-suppress-shortcuts": "true",
    }, this.cursor, this.readout);
    this.saying = make("p", { class: "wb-say", "aria-live": "polite" });
    this.trouble = make("p", { class: "wb-error", role: "alert", hidden: true });
    this.root = make("div", { class: "wb" },
      make("div", { class: "wb-head" }, make("h3", {}, title), make("p", {}, question)),
      this.controls, this.trouble, this.body, this.saying);
    el.replaceChildren(this.root);
    this.listen();
    this.retheme();
    this.resize();
  }

  listen() {
    this.unwatch = watchTheme(() => this.retheme());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.body);
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("pointerleave", (event) => this.hover(event, null));
    // What is said of a place is not about what a control has just changed.
    for (const change of ["input", "change", "keydown"])
      this.root.addEventListener(change, (event) => this.hover(event, null));
  }

  /** Stop listening to the page around; the explorer is gone. */
  close() {
    this.unwatch();
    this.observer.disconnect();
    this.play(false);
  }

  retheme() {
    this.root.dataset.theme = isDark() ? "dark" : "light";
    this.known = {};
    this.inkBytes = bytesOf(this.colour("ink"));
    this.redraw();
  }

  /** The theme's colour of that name: "ink", "back", "lstm", "line-1". */
  colour(name) {
    this.known[name] ??= getComputedStyle(this.root).getPropertyValue(`--${name}`).trim();
    return this.known[name];
  }

  resize() {
    const width = Math.max(NARROWEST, Math.floor(this.body.clientWidth));
    if (width === this.width) return;
    this.width = width;
    this.left = this.marginLeft;
    this.right = width - this.marginRight;
    this.redraw();
  }

  /** Make the time axis longer or shorter; a cursor at its end stays there. */
  setSteps(steps) {
    const atEnd = this.step === this.steps - 1;
    this.retime(steps, this.times, atEnd ? steps - 1 : Math.min(this.step, steps - 1));
  }

  /** The middle of a step in pixels. */
  x(t) {
    return this.left + ((t + 0.5) / this.steps) * (this.right - this.left);
  }

  /** The step under a pixel. */
  stepAt(x) {
    const t = Math.floor(((x - this.left) / (this.right - this.left)) * this.steps);
    return Math.min(this.steps - 1, Math.max(0, t));
  }

  /** What a step is called: its year, its date, its letter, or its number. */
  name(t) {
    const value = this.times.values?.[t];
    const step = `step ${t + (this.times.from ?? 0)}`;
    if (value === undefined) return step;
    return this.times.kind === "label" ? `“${value}”, ${step}` : String(value);
  }

  add(...controls) {
    this.controls.append(...controls.map((control) => control.element ?? control));
    return controls[0];
  }

  /** A panel along the time axis; `pick(event place)` is told of clicks, `tell` gives a read-out. */
  panel({ height, label, width, tell = null, scrub = true, into = this.body }) {
    const panel = new Panel(this, { height, label, width });
    if (scrub) this.scrub(panel.element);
    if (tell) this.tellOn(panel.element, tell);
    this.panels.push(panel);
    into.append(panel.element);
    return panel;
  }

  /** A read-out beside the pointer while it is over an element, but not over a control in it. */
  tellOn(element, tell) {
    element.addEventListener("pointermove", (event) => {
      const held = element.hasPointerCapture(event.pointerId) && element.matches(".wb-grip");
      if (held || event.target.closest(CONTROLS)) return this.hover(event, null);
      const { left, top } = element.getBoundingClientRect();
      const retell = () => tell(event.clientX - left, event.clientY - top);
      this.hover(event, retell(), retell);
    });
    element.addEventListener("pointerleave", (event) => this.hover(event, null));
  }

  /**
   * Show a line of words beside the pointer; nothing where the text is null. `retell` gives the
   * words anew when the picture has changed under the pointer.
   */
  hover(event, text, retell = null) {
    const { left, top } = this.body.getBoundingClientRect();
    this.retell = retell;
    this.readout.hidden = text === null;
    if (text === null) return;
    this.readout.textContent = text;
    const x = event.clientX - left;
    this.readout.style.top = `${event.clientY - top - 30}px`;
    this.readout.style.left = `${Math.max(0, Math.min(x + 12, this.width - this.readout.offsetWidth))}px`;
  }

  scrub(element) {
    const to = (event) =>
      this.setStep(this.stepAt(event.clientX - element.getBoundingClientRect().left));
    element.addEventListener("pointerdown", (event) => {
      if (event.target.closest(`${CONTROLS}, .wb-grip`)) return;
      element.setPointerCapture(event.pointerId);
      to(event);
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) to(event);
    });
    element.classList.add("wb-scrub");
  }

  /** Show other steps: how many, their times (`from`: the number of the first), the chosen one. */
  retime(steps, times, step) {
    Object.assign(this, { steps, times, step });
    this.body.setAttribute("aria-valuemax", steps - 1);
    this.redraw();
  }

  setStep(t) {
    const next = Math.min(this.steps - 1, Math.max(0, Math.round(t)));
    if (next === this.step) return;
    this.step = next;
    this.stepped(next);
    this.redraw();
  }

  key(event) {
    if (event.target !== this.body) return;
    const far = event.shiftKey ? 10 : 1;
    const moves = { ArrowLeft: this.step - far, ArrowRight: this.step + far };
    const to = { ...moves, Home: 0, End: this.steps - 1 }[event.key];
    if (to !== undefined) this.setStep(to);
    else if (event.key === " ") this.play(!this.playing);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A play button: steps through time; `each(direction)` may take the place of one step. */
  addPlay() {
    this.player = button("▶ play", () => this.play(!this.playing));
    this.player.classList.add("wb-play");
    return this.add(this.player);
  }

  /** The next step while playing; an explorer may replace it. Returns whether to go on. */
  advance() {
    if (this.step === this.steps - 1) return false;
    this.setStep(this.step + 1);
    return true;
  }

  /** Before the first step of a play; an explorer may replace it. */
  rewind() {
    if (this.step === this.steps - 1) this.setStep(0);
  }

  play(on) {
    if (Boolean(on) === Boolean(this.playing)) return;
    clearInterval(this.playing);
    this.playing = null;
    if (on) {
      this.rewind();
      this.playing = setInterval(() => this.advance() || this.play(false), 1000 / A_SECOND);
    }
    if (this.player) this.player.textContent = on ? "❚❚ pause" : "▶ play";
  }

  /**
   * Ask for a drawing: at the end of what runs now if the screen has had time to show the last one,
   * so that it is in the very next frame; else in the next animation frame.
   */
  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    const rested = this.drawn && performance.now() - this.drawnAt > A_FRAME;
    (rested ? queueMicrotask : requestAnimationFrame)(() => this.paint());
  }

  paint() {
    this.waiting = false;
    if (!this.width) return;
    try {
      this.draw();
      this.placeCursor();
      if (this.retell) this.readout.textContent = this.retell() ?? "";
      this.error(null, "draw");
    } catch (error) {
      console.error(error);
      this.error(`This picture could not be drawn: ${error.message}`, "draw");
    }
    this.drawnAt = performance.now();
    this.root.dataset.drawn = ++this.drawn;
  }

  placeCursor() {
    this.cursor.style.left = `${this.x(this.step)}px`;
    this.cursor.hidden = !this.panels.length;
    this.body.setAttribute("aria-valuenow", this.step);
    this.body.setAttribute("aria-valuetext", this.name(this.step));
  }

  /**
   * One line of what is wrong, or null where it is right again. who: "view" for what the reader
   * typed, "draw" for a picture that failed, "kernel" for what Python answered.
   */
  error(text, who = "view") {
    this.errors = { ...this.errors, [who]: text };
    const shown = Object.values(this.errors).find((error) => error) ?? null;
    this.trouble.hidden = shown === null;
    this.trouble.textContent = shown ?? "";
  }

  /** A thin line over the panels while something takes longer than a moment. */
  busy(on) {
    clearTimeout(this.late);
    if (on) this.late = setTimeout(() => this.root.classList.add("wb-busy"), A_MOMENT);
    else this.root.classList.remove("wb-busy");
  }

  /** The sentence: strings, and [text, colour variable] for coloured words. No number breaks. */
  say(...parts) {
    const nodes = parts.flatMap((part) => {
      if (typeof part === "string")
        return part.split(NUMBER).map((text, k) => (k % 2 ? make("span", { class: "wb-whole" }, text) : text));
      const word = make("b", {}, part[0]);
      word.style.color = `var(--${part[1]})`;
      return word;
    });
    this.saying.replaceChildren(...nodes);
  }

  /** Ticks of the time axis: [[step, text]], as many as have room. */
  ticks() {
    const { values, kind } = this.times;
    const room = Math.max(2, Math.floor((this.right - this.left) / 72));
    if (kind === "number") {
      const scale = scaleLinear([values[0], values[this.steps - 1]], [0, this.steps - 1]);
      return scale.ticks(room).flatMap((value) => {
        const t = Math.round(scale(value));
        return Math.abs(values[t] - value) < 1e-9 ? [[t, String(value)]] : [];
      });
    }
    const wide = { label: 10, step: 40, date: 88 }[kind] ?? 72;
    const every = Math.ceil((this.steps * wide) / (this.right - this.left));
    const nice = kind === "label" ? every : [1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 100, 200].find((n) => n >= every) ?? every;
    const texts = [];
    const from = kind === "step" ? this.times.from ?? 0 : 0;
    for (let t = (nice - (from % nice)) % nice; t < this.steps; t += nice)
      // A date at the very left would lie over the name of the axis.
      if (kind !== "date" || this.x(t) - this.left >= wide / 2) texts.push([t, values?.[t] ?? number(t + from, 4)]);
    return texts;
  }

  /** The last panel: the time axis, with its name. */
  timeAxis(panel) {
    panel.begin(40);
    const scale = scaleLinear([-0.5, this.steps - 0.5], [this.left, this.right]);
    const ticks = this.ticks();
    panel.axis("time", "bottom", scale, ticks, 0, 0);
    // A first tick as wide as a date reaches to the left of the axis, where its name stands.
    const [[first, text]] = [...ticks, [0, ""]];
    const beyond = Math.max(0, 3.5 * String(text).length - (this.x(first) - this.left));
    panel.text("name", this.left - 12 - beyond, 13, this.times.name, { class: "wb-soft", "text-anchor": "end" });
    panel.end();
  }
}
