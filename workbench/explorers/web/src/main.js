/**
 * The view of an explorer, in the form that anywidget asks for: `render` draws a model into an
 * element. Does no arithmetic beyond scales and layout.
 */

import { axisBottom } from "d3-axis";
import { format } from "d3-format";
import { interpolateNumber } from "d3-interpolate";
import { scaleLinear, scaleSequential } from "d3-scale";
import { interpolateCividis } from "d3-scale-chromatic";
import { select } from "d3-selection";
import { line } from "d3-shape";

const WIDTH = 640;
const HEIGHT = 96;
const MARGIN = 32;

/**
 * Draws the values of a model as one line over time.
 * @param {object} context
 * @param {{get: (name: string) => any}} context.model `values`: one number a step
 * @param {HTMLElement} context.el filled with the picture
 */
function render({ model, el }) {
  const values = model.get("values");
  const last = values.length - 1;
  const time = scaleLinear([0, last], [MARGIN, WIDTH - MARGIN]);
  const height = interpolateNumber(HEIGHT - MARGIN, MARGIN / 2);
  const colour = scaleSequential([0, 1], interpolateCividis);
  const path = line((_, step) => time(step), height);
  const svg = select(el).append("svg").attr("viewBox", [0, 0, WIDTH, HEIGHT]);
  svg.append("path").attr("d", path(values)).attr("fill", "none").attr("stroke", colour(0.5));
  svg
    .append("g")
    .attr("transform", `translate(0,${HEIGHT - MARGIN})`)
    .call(axisBottom(time).ticks(last).tickFormat(format("d")))
    .attr("font-size", 12);
}

export default { render };
