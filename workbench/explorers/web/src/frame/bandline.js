/**
 * A curve over a log axis that has bands for what is not among its decades: where it leaves the
 * decades it ends at their edge, and it goes on dotted in the band. Geometry, and one way to draw.
 */

const DOTS = [1.5, 4];
const MARK = 4; // pixels from the edge to the tip of its mark

/**
 * Parts of a curve: {lines, dots, marks}. lines, dots: lists of [[x, y], ...], among the decades
 * and in bands. marks: [[x, y, down]], where the curve passes the edge of the decades.
 * values: numbers of 0 or more, or not-a-number. x(k): pixels of the k-th. axis: {bandOf(value):
 * null among the decades, y(value, shift), low, high in decades, top, bottom in pixels}.
 */
export function partsOf(values, x, axis, shift = 0) {
  const [lines, dots, marks] = [[], [], []];
  let [line, before] = [null, undefined];
  for (let k = 0; k < values.length; k++) {
    const band = axis.bandOf(values[k]);
    const begin = (...points) => (band === null ? lines : dots).push((line = points));
    const point = [x(k), axis.y(values[k], shift)];
    if (k === 0) begin();
    else if (band !== before) {
      const edge = crossing(values, k, before ?? band, x, axis);
      if (edge && (band === null || before === null)) {
        marks.push([...edge, edge[1] === axis.bottom]);
        line.push(before === null ? edge : [edge[0], line.at(-1)[1]]);
        begin(band === null ? edge : [edge[0], point[1]]);
      } else begin();
    }
    line.push(point);
    before = band;
  }
  return { lines, dots, marks };
}

/** Where a curve passes the edge of the decades between values k - 1 and k, or null. */
function crossing(values, k, band, x, axis) {
  if (band === "not a number") return null;
  const below = band === "below" || band === "0";
  const [from, to] = [values[k - 1], values[k]].map(Math.log10);
  const share = ((below ? axis.low : axis.high) - from) / (to - from);
  // From or to 0 or infinity there is no place between: it happens at that step.
  const place = Number.isFinite(from) && Number.isFinite(to) ? share : Number(Number.isFinite(from));
  return [x(k - 1) + place * (x(k) - x(k - 1)), below ? axis.bottom : axis.top];
}

/** Draw such parts. look: {colour, width, dash, alpha}; marks: whether to mark the edges. */
export function drawParts(ink, { lines, dots, marks }, { colour, width, dash = [], alpha = 1, marked = true }) {
  ink.save();
  Object.assign(ink, { strokeStyle: colour, fillStyle: colour, lineWidth: width, globalAlpha: alpha });
  Object.assign(ink, { lineJoin: "round", lineCap: dash.length ? "butt" : "round" });
  const draw = (parts) => {
    ink.beginPath();
    for (const points of parts) points.forEach(([x, y], n) => (n ? ink.lineTo(x, y) : ink.moveTo(x, y)));
    ink.stroke();
  };
  ink.setLineDash(dash);
  draw(lines);
  ink.setLineDash(DOTS);
  Object.assign(ink, { lineCap: "butt", lineWidth: Math.min(width, 1.6) });
  draw(dots);
  for (const [x, y, down] of marked ? marks : []) {
    ink.beginPath();
    ink.moveTo(x - MARK, y);
    ink.lineTo(x + MARK, y);
    ink.lineTo(x, y + (down ? MARK : -MARK));
    ink.fill();
  }
  ink.restore();
}
