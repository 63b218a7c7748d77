/** The margin beside curves over the lag: each name at its curve's end, numbers in a column. */

import { apart } from "../../frame/panel.js";

const LABEL = 16; // pixels from one name to the next
const FROM = 16; // pixels from the end of the curves to their names
const EDGE = 4;
const BETWEEN = 8; // pixels from a name to its number

/**
 * labels: [{name, value, word, end}]: words, the colour's name, and the pixel where the curve ends.
 * lag: that of the numbers, which are not those of the curves' ends. top, bottom: where names may
 * stand, so that none is taken for a name of the band below.
 */
export function drawNames(panel, labels, { lag, top, bottom }) {
  const { frame, ink } = panel;
  const [left, right] = [frame.right + FROM, frame.width - EDGE];
  panel.text("column", right, 13, `left at lag ${lag}`, { "text-anchor": "end", "font-weight": 600 });
  panel.line(left, 18.5, right, 18.5);
  ink.font = `12px ${getComputedStyle(panel.element).fontFamily}`;
  const placed = labels.map((label) => ({ ...label, y: Number.isFinite(label.end) ? label.end : bottom }));
  for (const { name, value, word, end, y } of apart(placed, LABEL, top, bottom)) {
    const style = `fill:var(--${word})`;
    panel.line(frame.right + 2, end, left - 3, y);
    const room = right - left - (value ? ink.measureText(value).width + BETWEEN : 0);
    panel.text(`name ${name}`, left, y + 4, fitted(ink, name, room), { style });
    if (value) panel.text(`value ${name}`, right, y + 4, value, { "text-anchor": "end", style });
  }
}

function fitted(ink, text, room) {
  let shown = text;
  while (shown.length > 1 && ink.measureText(shown).width > room) shown = `${shown.replace(/…$/, "").slice(0, -1)}…`;
  return shown;
}
