/** The diagram: a cell for each network in the colour of its slope, the edges, the chosen one. */

import { scaleLinear } from "d3-scale";
import { paint, signed } from "../../frame/colours.js";
import { make } from "../../frame/controls.js";
import { number } from "../../frame/words.js";

const [LEFT, RIGHT, TOP, UNDER] = [40, 12, 42, 78]; // pixels around the cells
const LIMIT = 0.25; // decades a step: the ends of the colours
const KEY = 176;
const RIM = [["#ffffff", 3], ["#1b1b1b", 0]]; // the cells look the same in both themes
const A_LINE = 14;

// Red where the gradient vanishes, blue where it explodes, as in the Jacobians' triangle.
const scale = signed(LIMIT);

export class Diagram {
  /** view: has `diagram`, `ghost`, `row`, `column`; choose(row, column), tell(row, column). */
  constructor(view, into, width) {
    Object.assign(this, { view, frame: view.frame });
    const { scales, biases } = view;
    this.panel = this.frame.panel({
      height: 480, label: "decades a step that the gradient gains or loses, by weight scale and bias",
      scrub: false, tell: (x, y) => this.tell(x, y), width, into,
    });
    this.across = scaleLinear().domain([scales[0], scales.at(-1)]);
    this.up = scaleLinear().domain([biases[0], biases.at(-1)]);
    this.image = new ImageData(scales.length, biases.length);
    this.small = make("canvas", { width: scales.length, height: biases.length });
    this.key = make("canvas", { width: KEY, height: 1 });
    this.key.getContext("2d").putImageData(ramp(), 0, 0);
    this.listen(this.panel.element);
  }

  listen(element) {
    const place = (event) => {
      const { left, top } = element.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    const choose = (event) => this.view.choose(...this.cellAt(...place(event)));
    element.classList.add("wb-pick");
    element.addEventListener("pointerdown", (event) => {
      if (!this.inside(...place(event))) return;
      element.setPointerCapture(event.pointerId);
      choose(event);
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) choose(event);
    });
    element.addEventListener("dblclick", () => this.view.chooseFirst());
  }

  get right() {
    return this.panel.widthNow() - RIGHT;
  }

  get bottom() {
    return TOP + this.tall;
  }

  inside(x, y) {
    return x >= LEFT && x <= this.right && y >= TOP && y <= this.bottom;
  }

  /** [row, column] of the cell at a pixel, or of the nearest. */
  cellAt(x, y) {
    const { scales, biases } = this.view;
    const nearest = (share, count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    const row = nearest((this.bottom - y) / this.tall, biases.length);
    return [row, nearest((x - LEFT) / (this.right - LEFT), scales.length)];
  }

  tell(x, y) {
    return this.inside(x, y) ? this.view.tell(...this.cellAt(x, y)) : null;
  }

  draw(tall) {
    const { panel } = this;
    this.tall = tall;
    panel.begin(TOP + tall + UNDER);
    // The middle of the first and of the last cell is at the ends of the axis.
    const half = [this.right - LEFT, tall].map((side, k) => side / [this.image.width, this.image.height][k] / 2);
    this.across.range([LEFT + half[0], this.right - half[0]]);
    this.up.range([this.bottom - half[1], TOP + half[1]]);
    this.drawCells();
    this.drawAxes();
    this.drawEdges();
    this.drawNames();
    this.drawChosen();
    this.drawKey();
    panel.end();
  }

  drawCells() {
    const { view: { diagram: { slopes } }, image, frame, panel } = this;
    const { width, height, data } = image;
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        paint(data, 4 * ((height - 1 - row) * width + column), slopes[row * width + column], scale, frame.inkBytes);
    this.small.getContext("2d").putImageData(image, 0, 0);
    panel.ink.imageSmoothingEnabled = false;
    panel.ink.drawImage(this.small, LEFT, TOP, this.right - LEFT, this.tall);
  }

  drawAxes() {
    const { panel } = this;
    const ticks = (axis, count) => axis.ticks(count).map((value) => [value, number(value, 2)]);
    panel.axis("scales", "bottom", this.across, ticks(this.across, 6), 0, this.bottom);
    panel.axis("biases", "left", this.up, ticks(this.up, 4), LEFT, 0);
    panel.text("bias", 0, 12, "standard deviation of the bias");
    panel.text("scale", this.right, this.bottom + 34, "scale of the recurrent weights, σ√H", { "text-anchor": "end" });
  }

  /** The line where the slope is 0, of these networks and in theory; the old one as a ghost. */
  drawEdges() {
    const { diagram, ghost, units } = this.view;
    if (ghost) this.line(ghost.edge, { colour: RIM[1][0], width: 2, alpha: 0.3 });
    for (const [colour, more] of RIM) this.line(diagram.edge, { colour, width: 2 + more });
    for (const [colour, more] of RIM)
      this.line(diagram.theory, { colour, width: 1.5 + more, dash: more ? [] : [6, 4], alpha: more ? 0.7 : 1 });
    const names = [[diagram.edge, `${units} units`], [diagram.theory, "∞ units, theory"]];
    this.nameLines(names.map(([edge, text]) => this.endOf(edge, text)).filter((name) => name));
  }

  line(edge, { colour, width, alpha = 1, dash = [] }) {
    const { panel: { ink }, view: { biases } } = this;
    ink.save();
    Object.assign(ink, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha, lineJoin: "round" });
    ink.setLineDash(dash);
    ink.beginPath();
    let drawing = false;
    edge.forEach((value, row) => {
      const known = value === value;
      if (known) ink[drawing ? "lineTo" : "moveTo"](this.across(value), this.up(biases[row]));
      drawing = known;
    });
    ink.stroke();
    ink.restore();
  }

  /** Where the upper end of a line has its name. */
  endOf(edge, text) {
    const row = edge.findLastIndex((value) => value === value);
    if (row < 0) return null;
    const { ink } = this.panel;
    ink.font = `12px ${getComputedStyle(this.panel.element).fontFamily}`;
    const half = ink.measureText(text).width / 2 + 4;
    const y = row === edge.length - 1 ? TOP - 6 : this.up(this.view.biases[row]) - 8;
    return { text, half, y, x: Math.min(this.right - half, Math.max(LEFT + half, this.across(edge[row]))) };
  }

  /** Two names that would meet stand side by side, in the order of their lines. */
  nameLines(names) {
    const [a, b] = [...names].sort((one, other) => one.x - other.x);
    if (b && Math.abs(a.y - b.y) < A_LINE && b.x - a.x < a.half + b.half) {
      b.x = Math.min(this.right - b.half, Math.max(b.x, (a.x + b.x + a.half + b.half) / 2));
      a.x = b.x - a.half - b.half;
    }
    for (const { text, x, y } of names)
      this.panel.text(`line ${text}`, x, y, text, { "text-anchor": "middle" });
  }

  /** What the two sides are, where they surely are. */
  drawNames() {
    const { panel, view: { diagram: { slopes }, scales } } = this;
    const name = { class: "wb-name" };
    if (slopes[slopes.length - scales.length] < 0) panel.text("vanishes", LEFT + 12, TOP + 24, "vanishes", name);
    const grows = slopes[scales.length - 1] > 0;
    if (grows) panel.text("explodes", this.right - 12, this.bottom - 12, "explodes", { ...name, "text-anchor": "end" });
  }

  drawChosen() {
    const { panel: { ink }, view } = this;
    const [x, y] = [this.across(view.scales[view.column]), this.up(view.biases[view.row])];
    for (const [colour, more] of RIM) {
      ink.strokeStyle = colour;
      ink.lineWidth = 2 + more;
      ink.strokeRect(x - 6, y - 6, 12, 12);
    }
  }

  /** What the colours mean. */
  drawKey() {
    const { panel } = this;
    const [top, soft] = [this.bottom + 50, { class: "wb-soft" }];
    panel.ink.drawImage(this.key, LEFT, top, KEY, 8);
    const ends = [[`≤ ${number(-LIMIT, 2)}`, "start", 0], ["0", "middle", 0.5], [`≥ ${number(LIMIT, 2)}`, "end", 1]];
    for (const [text, anchor, at] of ends)
      panel.text(`key ${at}`, LEFT + at * KEY, top + 22, text, { ...soft, "text-anchor": anchor });
    panel.text("key", LEFT + KEY + 12, top + 9, "slope: decades (factors of 10) a step back", soft);
  }
}

/** The scale itself as one row of pixels. */
function ramp() {
  const image = new ImageData(KEY, 1);
  for (let n = 0; n < KEY; n++)
    paint(image.data, 4 * n, LIMIT * ((2 * (n + 0.5)) / KEY - 1), scale, [0, 0, 0, 255]);
  return image;
}
