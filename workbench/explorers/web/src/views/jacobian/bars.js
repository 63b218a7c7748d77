/** What each step adds to the gradient of a parameter, for a loss at step t. */

import { scaleLinear } from "d3-scale";
import { number } from "../../frame/words.js";
import { percent } from "./percent.js";
import { keepWithin, pickEarlier } from "./pick.js";

export const LAGS = 5; // whose share is told
const CANCELS = 0.995; // of the bars' lengths: a sum shorter than this has lost some
const HEAD = 24;
const TALL = 72;

/** The next of 1, 2, 5, 10 ... times a power of ten: ends of an axis that rarely move. */
function roundUp(value) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const ten = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((n) => n * ten).find((end) => end >= value) ?? value;
}

export class Bars {
  constructor(view) {
    Object.assign(this, { view, frame: view.frame });
    this.panel = this.frame.panel({
      height: HEAD + TALL + 4, label: "what each step adds to the gradient", scrub: false,
      tell: (x) => this.tell(x),
    });
    pickEarlier(this.panel.element, view);
    keepWithin(this.panel.element, this.frame);
  }

  settle() {
    this.top = 0;
  }

  tell(x) {
    const { frame, view } = this;
    const k = frame.stepAt(x);
    const name = view.parameter.value;
    if (k > frame.step || !name) return null;
    const lags = view.result.lags(frame.step, name);
    return lags && `${frame.name(k)} adds ${number(lags.norms[k])} to ∂L/∂${name}`;
  }

  draw() {
    const { panel, frame, view } = this;
    const name = view.parameter.value;
    panel.element.hidden = !name;
    if (!name) return;
    const t = frame.step;
    const lags = view.result.lags(t, name);
    if (!lags) return this.drawEmpty();
    const top = roundUp(lags.norms.reduce((most, own) => Math.max(most, own), 0));
    this.top = view.ghost ? Math.max(this.top, top) : top;
    this.y = scaleLinear([0, this.top], [HEAD + TALL, HEAD]).clamp(true);
    panel.begin();
    panel.text("head", frame.left, 12, `size of what step k adds to ∂L/∂${name}, loss at ${view.brief(t)}`);
    panel.line(frame.left, HEAD + TALL + 0.5, frame.right, HEAD + TALL + 0.5);
    const ticks = [[0, "0"], [this.top, number(this.top, 2)]];
    panel.axis("norms", "left", this.y, ticks, frame.left, 0);
    const back = frame.colour("back");
    if (view.ghost) this.bars(view.ghost.lags(t, name).norms, t, 1, back, () => 0.3);
    this.bars(lags.norms, t, 0.64, back, (k) => (k > t - LAGS ? 1 : 0.5));
    const x = frame.x(view.k);
    panel.line(x, HEAD - 4, x, HEAD + TALL, { colour: frame.colour("ink"), dash: [3, 3] });
    this.say(lags, t, name);
    panel.end();
  }

  /** What there is before the numbers have come. */
  drawEmpty() {
    const { panel, frame } = this;
    panel.begin();
    panel.line(frame.left, HEAD + TALL + 0.5, frame.right, HEAD + TALL + 0.5);
    panel.end();
  }

  bars(norms, t, part, colour, alpha) {
    const { ink } = this.panel;
    const wide = (part * (this.frame.right - this.frame.left)) / this.frame.steps;
    ink.save();
    ink.fillStyle = colour;
    for (let k = 0; k <= t; k++) {
      ink.globalAlpha = alpha(k);
      const y = this.y(norms[k]);
      ink.fillRect(this.frame.x(k) - wide / 2, y, wide, HEAD + TALL - y);
    }
    ink.restore();
  }

  /** The bars are norms of matrices, and matrices cancel: their sum is smaller than the bars together. */
  say({ whole, shares, upTo }, t, name) {
    const { panel, frame } = this;
    const lags = Math.min(LAGS, shares.length);
    const half = (0.5 * (frame.right - frame.left)) / frame.steps;
    const [from, to] = [frame.x(t - lags + 1) - half, frame.x(t) + half];
    const colour = frame.colour("back");
    panel.line(from, HEAD - 4, to, HEAD - 4, { colour, width: 1.5 });
    const x = frame.right + 20;
    const strong = { style: `fill:${frame.colour("back-text")}` };
    panel.text("share", x, HEAD + 8, `last ${lags}: ${percent(shares[lags - 1])} of all bars`, strong);
    const how = whole < CANCELS * upTo[t] ? "their sum partly cancels:" : "their sum cancels nothing:";
    const lines = [`all bars: ${number(upTo[t])}`, how, `‖∂L/∂${name}‖ = ${number(whole)}`];
    lines.forEach((text, k) => panel.text(`sum ${k}`, x, HEAD + 28 + 16 * k, text, { class: "wb-soft" }));
  }
}
