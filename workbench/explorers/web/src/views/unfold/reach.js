/** The track under the copies in backward mode: how much of the gradient is left at every step. */

import { scaleLinear } from "d3-scale";
import { power } from "../../frame/words.js";

/** Height of the track, and of its band for an exact 0, in pixels. */
export const [TRACK, ZERO] = [60, 10];

/** How much of the gradient is left at every step, on a log axis; an exact 0 lies in its band. */
export function drawReach(panel, { reached, decades: [low, high], grown, revealing }) {
  const { frame } = panel;
  const scale = scaleLinear([low, high], [TRACK - ZERO - 6, 8]);
  for (const exponent of [low, high]) {
    panel.line(frame.left, scale(exponent), frame.right, scale(exponent));
    panel.text(`decade ${exponent === low}`, frame.right + 8, scale(exponent) + 4, power(exponent), { class: "wb-soft" });
  }
  const zero = TRACK - 4;
  const states = Object.entries(reached.carried);
  const y = (values) => (t) => {
    if (revealing && t < frame.step) return NaN;
    return values[t] > 0 ? Math.min(TRACK - 3, Math.max(3, scale(Math.log10(values[t])))) : zero;
  };
  states.forEach(([state, values], k) => {
    panel.curve(y(values), { colour: frame.colour("back"), dash: k ? [4, 3] : [], width: 1.6, to: k ? reached.at : frame.steps });
  });
  panel.text("left", frame.left - 12, 20, states.length > 1 ? `gradient ${grown ? "size" : "left"}` : `${grown ? "size" : "left"} of dL/d${reached.output}`, { "text-anchor": "end" });
  panel.text("scale", frame.left - 12, 36, "log scale", { class: "wb-soft", "text-anchor": "end" });
  if (states.length < 2 || revealing) return;
  // Each curve is named where it is oldest, the upper ones above it, the lowest below.
  const sorted = states.map(([state, values]) => ({ state, y: y(values)(0) })).sort((a, b) => a.y - b.y);
  sorted.forEach(({ state, y: height }, k) => {
    const place = k === sorted.length - 1 ? Math.min(TRACK - 1, height + 14) : Math.max(10, height - 5 - 12 * (sorted.length - 2 - k));
    panel.text(`curve ${state}`, frame.left + 4, place, `dL/d${state}`, { class: "wb-halo", style: "fill:var(--back-text)" });
  });
}
