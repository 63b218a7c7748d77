/** The panels below the copies along the whole sequence: what is read, and what comes of it. */

import { signed } from "../../frame/colours.js";
import { number } from "../../frame/words.js";
import { TRACK, drawReach } from "./reach.js";

export { TRACK };
/** Heights of the lines that enlarge the input to the copies, and of the input, in pixels. */
export const [ZOOM, INPUT] = [20, 48];
const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0);

/** The whole input, with the window marked and the lines that enlarge it to the copies. */
export function drawInput(panel, { frame, subject, reading, shown, ghost }, { count, left, right }) {
  panel.begin();
  const { ink } = panel;
  const wide = (frame.right - frame.left) / frame.steps;
  const [from, to] = [frame.left + shown * wide, frame.left + (shown + count) * wide];
  ink.fillStyle = frame.colour("band");
  ink.fillRect(from, ZOOM, to - from, INPUT);
  panel.line(left, 2, from, ZOOM);
  panel.line(right, 2, to, ZOOM);
  if (reading.inputs === 1) {
    const share = (value) => Math.min(1.05, Math.max(-0.05, (value - reading.low) / reading.span));
    const y = (x) => (t) => ZOOM + INPUT - 5 - share(x[t]) * (INPUT - 10);
    if (ghost) panel.curve(y(ghost.x), { colour: frame.colour("ink"), alpha: 0.3, width: 3 });
    panel.curve(y(reading.x), { colour: frame.colour("ink"), width: 1.3 });
  } else panel.heat(reading.x, reading.inputs, signed(largest(reading.first)), { top: ZOOM, height: INPUT });
  for (const side of [from, to]) panel.line(side, ZOOM, side, ZOOM + INPUT, { colour: frame.colour("soft") });
  panel.name("name", ZOOM + INPUT / 2 + 4, subject.input);
  panel.end();
}

/** How much of the gradient is left at every step; forward, the units of the output. */
export function drawTrack(panel, view) {
  const { frame, told, reached: { output }, limits, network } = view;
  panel.begin();
  if (view.backward) drawReach(panel, view);
  else {
    const scale = signed(limits[output]);
    const { values, rows } = told.track;
    const all = rows === network.units(output) ? "all" : rows;
    panel.heat(values, rows, scale, {
      top: 2, height: TRACK - 4, hidden: (t) => view.revealing && t > frame.step,
    });
    panel.text("name", frame.left - 12, TRACK / 2 + 4, `${output}, ${all} units`, { "text-anchor": "end" });
    panel.text("high", frame.right + 8, 13, number(scale.high, 2), { class: "wb-soft" });
    panel.text("low", frame.right + 8, TRACK - 4, number(scale.low, 2), { class: "wb-soft" });
  }
  panel.end();
}
