/** The gradient norm of the chosen network over the steps back from the loss, on a log axis. */

import { scaleLinear } from "d3-scale";
import { drawParts, partsOf } from "../../frame/bandline.js";
import { power } from "../../frame/words.js";
import { left, pace } from "./words.js";

const [LEFT, RIGHT, TOP, UNDER, BAND] = [60, 12, 42, 42, 20];
const [LOW, HIGH, EVERY] = [-8, 8, 2]; // the same decades for all networks, so that they compare

export class Curve {
  /** view: has `told` {row, column, curve}, `ghost`, `lag`. */
  constructor(view, into, width) {
    Object.assign(this, { view, frame: view.frame });
    this.panel = this.frame.panel({
      height: 400, label: "gradient norm over the steps back, of the chosen network",
      scrub: false, tell: (x, y) => this.tell(x, y), width, into,
    });
    this.y = scaleLinear().domain([LOW, HIGH]);
  }

  get right() {
    return this.panel.widthNow() - RIGHT;
  }

  x(lag) {
    return LEFT + (lag / (this.view.told.curve.length - 1)) * (this.right - LEFT);
  }

  tell(x) {
    const { curve } = this.view.told;
    const lag = Math.round(((x - LEFT) / (this.right - LEFT)) * (curve.length - 1));
    return lag < 0 || lag >= curve.length ? null : `${lag} steps back: ${left(curve[lag] - curve[0])}`;
  }

  draw(tall) {
    const { panel, frame, view: { told, ghost, lag } } = this;
    panel.begin(TOP + tall + UNDER);
    const [top, bottom] = [TOP + BAND, TOP + tall - BAND];
    this.y.range([bottom, top]);
    panel.text("what", 0, 12, "gradient norm at the state, log scale");
    panel.text("pace", 0, 29, `the gradient ${pace(told.slope)}`, { class: "wb-name" });
    this.drawAxes(top, bottom);
    const axis = {
      low: LOW, high: HIGH, top, bottom, bandOf,
      y: (value) => ({ below: bottom + BAND / 2, 0: bottom + BAND / 2, above: top - BAND / 2 })[bandOf(value)]
        ?? this.y(Math.log10(value)),
    };
    const parts = (curve) => partsOf(Array.from(curve, (log) => 10 ** log), (k) => this.x(k), axis);
    const colour = frame.colour("back");
    if (ghost?.curve.length === told.curve.length) drawParts(panel.ink, parts(ghost.curve), { colour, width: 2, alpha: 0.3, marked: false });
    drawParts(panel.ink, parts(told.curve), { colour, width: 2 });
    this.drawMark(axis, lag, colour);
    panel.end();
  }

  drawAxes(top, bottom) {
    const { panel, frame, view: { told: { curve } } } = this;
    const soft = { class: "wb-soft" };
    const ticks = [];
    for (let decade = LOW; decade <= HIGH; decade += EVERY) {
      panel.line(LEFT, this.y(decade), this.right, this.y(decade), { width: decade ? 1 : 2 });
      ticks.push([decade, power(decade)]);
    }
    const bands = [
      [LOW, curve.some((log) => log < LOW), bottom, `${curve.includes(-Infinity) ? "0, " : ""}< ${power(LOW)}`],
      [HIGH, curve.some((log) => log > HIGH), top - BAND, `> ${power(HIGH)}`],
    ];
    const full = bands.filter(([, there]) => there).map(([decade]) => decade);
    const named = ticks.filter(([decade], n) => n % 2 === 0 && !full.includes(decade));
    panel.axis("decades", "left", this.y, named, LEFT, 0);
    for (const [, there, y, text] of bands) {
      if (!there) continue;
      panel.ink.fillStyle = frame.colour("band");
      panel.ink.fillRect(LEFT, y, this.right - LEFT, BAND);
      panel.text(`band ${y}`, LEFT - 8, y + 14, text, { ...soft, "text-anchor": "end" });
    }
    const lags = scaleLinear([0, curve.length - 1], [LEFT, this.right]);
    panel.axis("lags", "bottom", lags, lags.ticks(5).map((lag) => [lag, String(lag)]), 0, bottom + BAND);
    panel.text("lag", this.right, bottom + BAND + 34, "steps back from the loss", { "text-anchor": "end" });
  }

  /** The lag that the sentence speaks of. */
  drawMark(axis, lag, colour) {
    const { panel, view: { told: { curve } } } = this;
    const [x, y] = [this.x(lag), axis.y(10 ** curve[lag])];
    if (y !== y) return;
    panel.ink.fillStyle = colour;
    panel.ink.beginPath();
    panel.ink.arc(x, y, 4.5, 0, 2 * Math.PI);
    panel.ink.fill();
  }
}

/** What a norm is beyond the decades of the axis; null among them. */
function bandOf(value) {
  if (value !== value) return "not a number";
  if (value === 0) return "0";
  const log = Math.log10(value);
  return log < LOW ? "below" : log > HIGH ? "above" : null;
}
