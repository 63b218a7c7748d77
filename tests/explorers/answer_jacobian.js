/**
 * Measures runs that Python describes, as the jacobian explorer does. Arrays travel as the
 * hexadecimal bytes of their float64 numbers, so that infinities and NaN arrive.
 */
import { readFileSync } from "node:fs";
import * as measures from "../../workbench/explorers/web/src/measures/jacobian.js";
import { singularValuesOf } from "../../workbench/explorers/web/src/measures/singular.js";
import { Network } from "../../workbench/explorers/web/src/network.js";

const numbers = (text) => {
  const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return new Float64Array(bytes.buffer);
};
const text = (array) => Buffer.from(Float64Array.from(array).buffer).toString("hex");
const each = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

async function answer(job) {
  if (job.matrix) {
    const matrix = numbers(job.matrix);
    return { values: text(singularValuesOf(matrix.slice(), Math.sqrt(matrix.length))),
      norm: text([measures.logSigma(matrix)]) };
  }
  const written = await import(`data:text/javascript;base64,${Buffer.from(job.source).toString("base64")}`);
  const whole = new Network(written, job.sizes, each(job.parameters, numbers));
  const network = measures.withGain(whole, job.gain);
  const run = measures.windowOf(network, numbers(job.x), job.first, job.steps);
  const products = new measures.Products(run);
  const block = measures.blockOf(network, job.state);
  const { norms, whole: sum, shares } = measures.lagContributions(run, job.parameter, job.t);
  return {
    norms: text(products.norms(block)),
    values: text(products.singularValues(job.t, job.k, block)),
    largest: text([products.largest()]),
    lags: text(norms), whole: text([sum]), shares: text(shares),
    first: measures.recurrentParameter(network.cell),
  };
}

const answers = [];
for (const job of JSON.parse(readFileSync(0, "utf-8"))) answers.push(await answer(job));
process.stdout.write(JSON.stringify(answers));
