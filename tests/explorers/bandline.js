/** Answers the geometry of curves that leave a log axis, for test_bandline.py. */
import { partsOf } from "../../workbench/explorers/web/src/frame/bandline.js";
import { LogAxis, widened } from "../../workbench/explorers/web/src/views/gradients/scale.js";
import { openLoopAt } from "../../workbench/explorers/web/src/measures/carousel.js";

const { readFileSync } = await import("node:fs");
const { values, window, tracks, biases, lags } = JSON.parse(readFileSync(0, "utf-8"));
const norms = values.map(Number);
const axis = new LogAxis(window, [norms], 0, 400);
const wide = [];
for (const track of tracks) wide.push(widened([Float64Array.from(track)], wide.at(-1)));
process.stdout.write(JSON.stringify({
  top: axis.top, bottom: axis.bottom, heights: norms.map((norm) => axis.y(norm)),
  parts: partsOf(norms, (k) => 10 * k, axis), wide, open: lags.map((lag) => openLoopAt(biases, lag)),
}));
