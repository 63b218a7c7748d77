/**
 * A cell at one step as boxes and wires, laid out from its equations: memory states run along the
 * top, the output state below the gates, the input at the bottom. A wire is as thick as what it
 * carries for one unit.
 */

import { NEGATIVE, POSITIVE } from "../../frame/colours.js";
import { number } from "../../frame/words.js";

const BOX = { width: 68, height: 34 };
const ROW = 42;
const THICKEST = 9;
const [SIGN, BEFORE, APART] = [7, 16, 25]; // of a × : its radius, how far before its box, from another

/** Places of all boxes: name -> {column, row}; `before` and `after` of a state have one row. */
export function layout(cell) {
  const states = Object.keys(cell.states);
  const level = {};
  for (const name of cell.lines) {
    const from = cell.reads[name].filter((read) => !read.before && read.from !== "x");
    level[name] = 1 + Math.max(0, ...from.map((read) => level[read.from]));
  }
  const last = Math.max(...Object.values(level));
  const inner = cell.lines.filter((name) => !states.includes(name));
  const columns = new Map();
  for (const name of inner) columns.set(level[name], [...(columns.get(level[name]) ?? []), name]);
  const tallest = Math.max(0, ...[...columns.values()].map((names) => names.length));
  const memories = states.slice(1);
  const places = {};
  memories.forEach((name, row) => {
    places[`${name} before`] = { column: 0, row };
    places[name] = { column: level[name], row };
  });
  for (const [column, names] of columns)
    names.forEach((name, k) => {
      places[name] = { column, row: memories.length + k + (tallest - names.length) / 2 };
    });
  const bottom = memories.length + tallest;
  places[`${states[0]} before`] = { column: 0, row: bottom };
  places[states[0]] = { column: last, row: bottom };
  places.x = { column: 0, row: bottom + 1 };
  return { places, columns: last + 1, rows: bottom + 2 };
}

export const heightOf = ({ rows }) => rows * ROW + 12;

/**
 * Draw what is shown of a run at step t. colours: line -> variable of its colour. multiplied:
 * line -> pairs of what is multiplied in it, as Python's `wiring` has them.
 */
export function drawCell(panel, plan, shown, x, t, colours, multiplied) {
  const { cell, sizes } = shown.network;
  const { frame } = panel;
  panel.begin(heightOf(plan));
  const step = (panel.width - BOX.width - 8) / Math.max(1, plan.columns - 1);
  const at = (name) => {
    const { column, row } = plan.places[name];
    return { x: 4 + BOX.width / 2 + column * step, y: 8 + BOX.height / 2 + row * ROW };
  };
  const { input_size: inputs } = sizes;
  const value = ({ from, before }) => {
    if (from === "x") return x[t * inputs + Math.min(shown.unit, inputs - 1)];
    return before ? shown.before(from, t) : shown.at(from, t);
  };
  const wires = cell.lines.flatMap((line) =>
    cell.reads[line].flatMap((read) => {
      const wire = {
        from: read.before ? `${read.from} before` : read.from,
        to: line,
        value: read.product ? shown.product(read.product, t) : value(read),
      };
      const meets = (multiplied[line] ?? []).flatMap((pair, k) => (pair.some((end) => isRead(end, read)) ? [k] : []));
      return meets.length ? meets.map((sign) => ({ ...wire, sign })) : [wire];
    }),
  );
  const signs = Object.entries(multiplied).flatMap(([line, pairs]) =>
    pairs.map((pair, k) => ({ line, pair, k, up: k < pairs.length / 2, ...signAt(at(line), k, pairs.length) })),
  );
  const most = Math.max(1, ...wires.map((wire) => Math.abs(wire.value) || 0));
  for (const wire of wires) {
    const sign = signs.find(({ line, k }) => line === wire.to && k === wire.sign);
    const from = at(wire.from);
    const to = at(wire.to);
    drawWire(panel, [from.x + BOX.width / 2, from.y], sign ? [sign.x - SIGN, sign.y] : [to.x - BOX.width / 2, to.y], wire.value / most);
  }
  for (const sign of signs) drawSign(panel, sign);

  const input = inputs === 1 ? number(x[t], 2) : `${inputs} inputs`;
  drawBox(panel, "x", at("x"), "x", input, frame.colour("ink"));
  for (const state of Object.keys(cell.states))
    drawBox(panel, `${state} before`, at(`${state} before`), `${state}[t−1]`, number(shown.before(state, t), 2), frame.colour("ink"));
  for (const line of cell.lines)
    drawBox(panel, line, at(line), line, number(shown.at(line, t), 2), frame.colour(colours[line]));
  panel.end();
}

const isRead = (end, read) => end.from === read.from && end.before === read.before;

/** The place of the k-th × of several before a box. */
function signAt({ x, y }, k, count) {
  return { x: x - BOX.width / 2 - BEFORE, y: y + (k - (count - 1) / 2) * APART, box: { x: x - BOX.width / 2, y } };
}

/** A × on paper, and what leads from it into its box. */
function drawSign(panel, { line, pair, k, x, y, up, box }) {
  const { frame, ink } = panel;
  const into = Math.max(box.y - 12, Math.min(box.y + 12, y));
  panel.line(x, y, box.x, into, { colour: frame.colour("soft"), width: 1.5 });
  ink.save();
  ink.fillStyle = frame.colour("bg");
  ink.strokeStyle = frame.colour("soft");
  ink.beginPath();
  ink.arc(x, y, SIGN, 0, 2 * Math.PI);
  ink.fill();
  ink.stroke();
  ink.restore();
  panel.text(`times ${line} ${k}`, x, y + 4, "×", { "text-anchor": "middle" });
  const minus = pair.find((end) => end.one_minus);
  if (minus) panel.text(`minus ${line} ${k}`, x, up ? y - 11 : y + 20, `1−${minus.from}`, { class: "wb-halo", "text-anchor": "middle" });
}

function drawWire({ ink, frame }, [x0, y0], [x1, y1], strength) {
  const bend = Math.max(16, (x1 - x0) / 2);
  ink.save();
  const dark = frame.root.dataset.theme === "dark";
  ink.strokeStyle = strength < 0 ? (dark ? "#e58267" : NEGATIVE) : dark ? "#6aaed6" : POSITIVE;
  ink.globalAlpha = 0.35 + 0.55 * Math.min(1, Math.abs(strength));
  ink.lineWidth = Math.max(0.4, THICKEST * Math.min(1, Math.abs(strength) || 0));
  ink.beginPath();
  ink.moveTo(x0, y0);
  ink.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
  ink.stroke();
  ink.restore();
}

function drawBox(panel, key, { x, y }, name, value, colour) {
  const { width, height } = BOX;
  panel.mark(`${key} box`, "rect", {
    x: x - width / 2, y: y - height / 2, width, height, rx: 4,
    fill: panel.frame.colour("bg"), stroke: colour,
  });
  panel.text(`${key} name`, x, y - 3, name, { "text-anchor": "middle", "font-weight": 600, style: `fill:${colour}` });
  panel.text(`${key} value`, x, y + 12, value, { "text-anchor": "middle", class: "wb-soft" });
}
