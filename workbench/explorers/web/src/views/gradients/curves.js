/** Curves of gradient norms on a log axis, each with its name at its end. */

import { drawParts, partsOf } from "../../frame/bandline.js";
import { apart } from "../../frame/panel.js";
import { LogAxis } from "./scale.js";
import { byState } from "./texts.js";

export const HEIGHT = 280;
const LABEL = 16;
const FEW = 16; // pixels from step to step from which on every value has a point
const DASHES = [[], [7, 4], [2, 4], [8, 3, 2, 3]];

/** Norms of everything that is drawn: by every output, and by the other states of the picked network. */
export function drawnNorms(curves, picked) {
  const totals = curves.map((curve) => curve.norms.subarray(0, curve.at - curve.first + 1));
  return [...totals, ...pathsOf(curves[picked]).map((path) => path.norms)];
}

/** The gradient by the other states up to the step before the loss: [{state, name, norms}]. */
const pathsOf = (curve) =>
  Object.entries(curve.paths).map(([state, norms]) => ({
    state, name: byState(state, [curve.output, ...Object.keys(curve.paths)]),
    norms: norms.subarray(0, curve.at - curve.first),
  }));

/** What is drawn: [{name, short, key, norms, dash, first, strong, path, shift}], the picked one last. */
export function linesOf(curves, picked) {
  const uses = {};
  const dash = (key) => DASHES[(uses[key] = (uses[key] ?? -1) + 1) % DASHES.length];
  const lines = curves.map((curve, k) => ({
    name: curve.label, key: curve.key, first: curve.first, dash: dash(curve.key), strong: k === picked,
    norms: curve.norms.subarray(0, curve.at - curve.first + 1),
  }));
  const { label, key, first } = curves[picked];
  for (const { name, norms } of pathsOf(curves[picked]))
    lines.push({ name: `${label} ${name}`, short: name, key, first, norms, dash: dash(key), path: true });
  lines.forEach((line, n) => (line.shift = Math.min(3, 14 / lines.length) * (n - (lines.length - 1) / 2)));
  return lines.sort((a, b) => Boolean(a.strong) - Boolean(b.strong));
}

/** All names that may stand at the end of a curve. */
export const namesOf = (subject) =>
  subject.networks.flatMap((net) => {
    const states = Object.keys(net.cell.states);
    return [net.label, ...states.slice(1).map((state) => byState(state, states))];
  });

/**
 * Draw them. state: {curves, picked, window, ghost: {curves, picked} or null, step: the compared
 * step or null}. place(step): its pixel. fit(name): the name as it has room.
 */
export function drawCurves(panel, { curves, picked, window, ghost, step }, place, fit) {
  panel.begin(HEIGHT);
  const { frame } = panel;
  const axis = new LogAxis(window, drawnNorms(curves, picked), 0, HEIGHT - 2);
  axis.draw(panel);
  const output = curves[picked].output;
  panel.text("measure", frame.left, 14, `norm of the gradient, ‖∂L/∂${output}‖, log scale`);
  const lines = linesOf(curves, picked);
  if (ghost) for (const line of linesOf(ghost.curves, ghost.picked)) drawLine(panel, line, axis, place, 0.3);
  for (const line of lines) drawLine(panel, line, axis, place, 1);
  if (step !== null) for (const line of lines) drawPoint(panel, line, axis, place, step);
  drawNames(panel, lines, axis, place, fit);
  panel.end();
  return axis;
}

function drawLine(panel, line, axis, place, alpha) {
  const { ink, frame } = panel;
  const { norms, first, shift, dash } = line;
  const colour = frame.colour(line.key);
  const x = (k) => place(first + k);
  const width = line.strong ? 2.8 : line.path ? 2 : 1.5;
  drawParts(ink, partsOf(norms, x, axis, shift), { colour, width, dash, alpha });
  const few = (frame.right - frame.left) / frame.steps > FEW;
  if (!few && norms.length > 1) return;
  ink.save();
  Object.assign(ink, { fillStyle: colour, globalAlpha: alpha });
  norms.forEach((norm, k) => dot(ink, x(k), axis.y(norm, shift), 2));
  ink.restore();
}

function dot(ink, x, y, radius) {
  ink.beginPath();
  ink.arc(x, y, radius, 0, 2 * Math.PI);
  ink.fill();
}

/** A point of the curve at the compared step. */
function drawPoint({ ink, frame }, { norms, first, key, shift }, axis, place, step) {
  const norm = norms[step - first];
  if (norm === undefined) return;
  ink.fillStyle = frame.colour("bg");
  dot(ink, place(step), axis.y(norm, shift), 5);
  ink.fillStyle = frame.colour(key);
  dot(ink, place(step), axis.y(norm, shift), 3.5);
}

/** Names at the left ends, moved apart, each led to its curve by a hairline. */
function drawNames(panel, lines, axis, place, fit) {
  const { frame } = panel;
  const labels = lines
    .filter((line) => line.norms.length)
    .map((line) => ({ line, from: axis.y(line.norms[0], line.shift) }))
    .map((label) => ({ ...label, y: label.from }));
  apart(labels, LABEL, 10, HEIGHT - 10);
  for (const { line, from, y } of labels) {
    const x = frame.left - 8;
    panel.line(x, y, frame.left - 3, from, { width: 0.75 });
    panel.line(frame.left - 3, from, place(line.first), from, { width: 0.75 });
    panel.text(`name ${line.name}`, x - 4, y + 4, fit(line.short ?? line.name), {
      "text-anchor": "end", "font-weight": line.strong ? 600 : 400, style: `fill:var(--${line.key}-text)`,
    });
  }
}

/** The line nearest to a height at a step, or undefined. */
export function nearest(lines, axis, step, y) {
  const away = (line) => Math.abs(axis.y(line.norms[step - line.first], line.shift) - y);
  const here = lines.filter((line) => line.norms[step - line.first] !== undefined);
  return here.sort((a, b) => away(a) - away(b))[0];
}
