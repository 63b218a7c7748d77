/** Arcs from the step of the loss to every earlier one, as thick as a norm, over the states. */

const WORDS = 24;
const [LOWEST, TALLEST] = [40, 144]; // pixels that the arcs may take
const STEEP = 0.5; // height of an arc by its width, until it would be taller than TALLEST
const [THIN, THICK] = [0.5, 8]; // pixels
const [FAINT, STRONG] = [0.15, 0.9];
export const DRAWN = 3; // decades below the thickest arc that are drawn
const FOOT = 8; // pixels for the marks of the states
const MARK = 7; // pixels from step to step from which on each has a mark of its own

/** How thick arcs to steps first..at-1 are: shares of `thickest`, 0 for one that is not drawn. */
function thickness(norms, at, thickest) {
  return Float64Array.from(norms.subarray(0, at), (norm) => {
    const share = norm === Infinity ? 1 : norm / thickest;
    return share >= 10 ** -DRAWN ? share : 0;
  });
}

/** {thickest, longest} of the norms up to a loss: the measure of the arcs, and their most steps. */
export function measureArcs(norms, at) {
  let thickest = 0;
  for (let k = 0; k < at; k++) if (norms[k] > thickest && norms[k] < Infinity) thickest = norms[k];
  const first = thickness(norms, at, thickest || 1).findIndex((share) => share > 0);
  return { thickest: thickest || 1, longest: first < 0 ? 0 : at - first };
}

const opacity = (share) => FAINT + (STRONG - FAINT) * Math.max(0, 1 + Math.log10(Math.min(1, share)) / DRAWN);

/** The height of the arcs' panel for the longest arc, in steps. */
export function heightOf(frame, longest) {
  const pitch = (frame.right - frame.left) / frame.steps;
  return WORDS + Math.min(TALLEST, Math.max(LOWEST, STEEP * longest * pitch)) + FOOT;
}

/**
 * Draw arcs into a panel that has begun. curve: {first, at, norms}. measure: of `measureArcs`.
 * place(step): its pixel. alpha: 0.3 for a ghost. step: the compared one, whose arc stands out.
 */
export function drawArcs(panel, curve, { thickest, longest }, place, { alpha = 1, step = null } = {}) {
  const { ink, frame, height } = panel;
  const base = height - FOOT;
  const tall = base - WORDS;
  const pitch = (frame.right - frame.left) / frame.steps;
  const widest = Math.min(THICK, Math.max(2, pitch));
  const last = curve.at - curve.first;
  const shares = thickness(curve.norms, last, thickest);
  const end = place(curve.at);
  ink.save();
  ink.strokeStyle = frame.colour("back");
  ink.beginPath();
  ink.rect(0, 0, panel.width, base);
  ink.clip();
  for (let k = 0; k < last; k++) {
    if (!(shares[k] > 0)) continue;
    const start = place(curve.first + k);
    const compared = curve.first + k === step;
    ink.globalAlpha = compared ? 1 : alpha * opacity(shares[k]);
    ink.lineWidth = Math.max(compared ? 3 * THIN : THIN, widest * Math.min(2, shares[k]));
    ink.beginPath();
    const up = (tall - ink.lineWidth / 2) * Math.min(1, (last - k) / Math.max(1, longest));
    ink.ellipse((start + end) / 2, base, (end - start) / 2, up, 0, Math.PI, 2 * Math.PI);
    ink.stroke();
  }
  ink.restore();
}

/** The steps that the arcs stand on: marks where there is room, else their line. */
export function drawStates(panel, curve, { thickest }, place, colour) {
  const { ink, frame, height } = panel;
  const base = height - FOOT;
  const pitch = (frame.right - frame.left) / frame.steps;
  panel.line(place(curve.first), base, frame.x(frame.steps - 1), base);
  const side = Math.min(pitch - 3, 7);
  const shares = thickness(curve.norms, curve.at - curve.first, thickest);
  const square = (x, size) => ink.fillRect(x - size / 2, base - size / 2, size, size);
  ink.save();
  for (let t = 0; pitch >= MARK && t < frame.steps; t++) {
    const k = t - (frame.steps - curve.steps);
    if (k < 0) continue;
    const before = k < shares.length;
    ink.fillStyle = frame.colour("bg");
    square(frame.x(t), side); // the line does not show through a faint mark
    ink.globalAlpha = before ? (shares[k] > 0 ? opacity(shares[k]) : FAINT) : 1;
    ink.fillStyle = before ? colour : frame.colour("hair");
    square(frame.x(t), side);
    ink.globalAlpha = 1;
  }
  ink.fillStyle = frame.colour("ink");
  square(place(curve.at), 7);
  ink.restore();
}
