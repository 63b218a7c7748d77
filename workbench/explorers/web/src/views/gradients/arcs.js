/** Arcs from the step of the loss to every earlier one, as thick as a norm, over the states. */

const WORDS = 24;
const [LOWEST, TALLEST] = [40, 120]; // pixels that the arcs take of their room
const STEEP = 0.6; // height of an arc by its width, until it would be taller than TALLEST
const [THIN, THICK] = [0.5, 8]; // pixels
const [FAINT, STRONG] = [0.15, 0.9];
const SEEN = 2; // pixels that the compared arc has at least; dashed where it should have fewer
const RIM = 2; // pixels of background on both sides of it, so that thick arcs do not hide it
const DRAWN = 3; // decades below the thickest arc that are drawn
const FOOT = 8; // pixels for the marks of the states
const MARK = 3.5; // pixels from step to step from which on each has a mark of its own
const NEAR = 8; // pixels that a hand may miss an arc
const NEAR_STATES = 40; // pixels above the foot of the panel, where the thick arcs are
const DOTS = 12; // pixels above the states where a hand means a state
export const HEIGHT = WORDS + TALLEST + FOOT; // the same for all arcs, so that nothing below moves

/** What the words above the arcs say of them. thin: whether the compared one is drawn too thick. */
export const thickAs = (output, thin) =>
  `arcs as thick as ‖∂L/∂${output}‖, to 10⁻${"⁰¹²³⁴⁵⁶⁷⁸⁹"[DRAWN]} of the thickest${thin ? "; dashed: thinner still" : ""}`;

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

/** {base, last, shares, pitch, up(k)}: where the arcs of a curve stand, and how high each is. */
function layout(frame, curve, { thickest, longest }) {
  const pitch = (frame.right - frame.left) / frame.steps;
  const last = curve.at - curve.first;
  const tall = Math.min(TALLEST, Math.max(LOWEST, STEEP * longest * pitch));
  const up = (k) => tall * Math.min(1, (last - k) / Math.max(1, longest));
  return { base: HEIGHT - FOOT, last, shares: thickness(curve.norms, last, thickest), pitch, up };
}

/**
 * Draw arcs into a panel that has begun. curve: {first, at, norms}. measure: of `measureArcs`.
 * place(step): its pixel. alpha: 0.3 for a ghost. step: the compared one, whose arc lies on top
 * and can always be seen; gives whether it had to be drawn thicker than its norm.
 */
export function drawArcs(panel, curve, measure, place, { alpha = 1, step = null } = {}) {
  const { ink, frame } = panel;
  const { base, last, shares, pitch, up } = layout(frame, curve, measure);
  const widest = Math.min(THICK, Math.max(2, pitch));
  const own = step === null ? null : step - curve.first;
  const end = place(curve.at);
  ink.save();
  ink.beginPath();
  ink.rect(0, 0, panel.width, base);
  ink.clip();
  const arc = (k, wide, colour, rim = 0) => {
    const start = place(curve.first + k);
    ink.strokeStyle = frame.colour(colour);
    ink.lineWidth = wide + 2 * rim;
    ink.beginPath();
    ink.ellipse((start + end) / 2, base, (end - start) / 2, Math.max(0, up(k) - wide / 2), 0, Math.PI, 2 * Math.PI);
    ink.stroke();
  };
  for (let k = 0; k < last; k++) {
    if (!(shares[k] > 0) || k === own) continue;
    ink.globalAlpha = alpha * opacity(shares[k]);
    arc(k, Math.max(THIN, widest * Math.min(2, shares[k])), "back");
  }
  ink.globalAlpha = 1;
  const norm = own === null ? 0 : curve.norms[own];
  const wide = widest * (norm === Infinity ? 1 : Math.min(2, norm / measure.thickest));
  if (norm > 0) {
    arc(own, Math.max(SEEN, wide), "bg", RIM);
    ink.setLineDash(wide < SEEN ? [6, 4] : []);
    arc(own, Math.max(SEEN, wide), "back");
  }
  ink.restore();
  return norm > 0 && wide < SEEN;
}

/**
 * The earlier step that a hand means at a place in the panel: that of the arc there, or of the
 * state; null from the loss on.
 */
export function stepUnder(frame, curve, measure, place, { x, y }) {
  const { base, last, shares, pitch, up } = layout(frame, curve, measure);
  const end = place(curve.at);
  let [nearest, miss] = [null, Math.max(NEAR, pitch)];
  for (let k = 0; k < last && y < base - DOTS; k++) {
    if (!(shares[k] > 0)) continue;
    const half = (end - place(curve.first + k)) / 2;
    const away = Math.abs(Math.hypot((x - end + half) / half, (base - y) / up(k)) - 1) * Math.min(half, up(k));
    if (away < miss) [nearest, miss] = [curve.first + k, away];
  }
  if (nearest !== null) return nearest;
  const step = curve.first + Math.round((x - place(curve.first)) / pitch);
  return step < curve.at ? Math.max(curve.first, step) : null;
}

/** Call pick({x, y}) where a hand presses and drags in the arcs. */
export function listen({ element }, pick) {
  const at = (event) => {
    const { left, top } = element.getBoundingClientRect();
    pick({ x: event.clientX - left, y: event.clientY - top });
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    at(event);
  });
  element.addEventListener("pointermove", (event) => element.hasPointerCapture(event.pointerId) && at(event));
  element.classList.add("wb-arcs");
}

/** Keep the read-out off the thick arcs: under the states, where the pointer is near them. */
export function clearArcs({ element, frame }, { clientY }) {
  if (clientY - element.getBoundingClientRect().top < HEIGHT - NEAR_STATES) return;
  frame.readout.style.top = `${element.offsetTop + HEIGHT}px`;
}

/** The steps that the arcs stand on: marks where there is room, else their line. */
export function drawStates(panel, curve, measure, place, colour) {
  const { ink, frame } = panel;
  const { base, shares, pitch } = layout(frame, curve, measure);
  panel.line(place(curve.first), base, frame.x(frame.steps - 1), base);
  const side = Math.min(Math.max(pitch - 3, 0.6 * pitch), 7);
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
