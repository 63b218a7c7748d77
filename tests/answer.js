/**
 * Runs written cells on jobs that Python made, in Node.js and in a browser alike. Arrays travel as
 * the hexadecimal bytes of their float64 numbers, so that every bit and every NaN arrives.
 */
import { Network, importCell } from "../workbench/explorers/web/src/network.js";

const numbers = (text) => {
  const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return new Float64Array(bytes.buffer);
};

const text = (array) => {
  const bytes = new Uint8Array(Float64Array.from(array).buffer);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const each = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));

async function importText(source) {
  if (globalThis.document) return importCell(source);
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}

function answerOne(written, job) {
  const network = new Network(written, job.sizes, each(job.parameters, numbers), job.numbers);
  const run = network.run(numbers(job.x), {
    mask: job.mask,
    clamps: each(job.clamps, numbers),
    start: each(job.start, numbers),
  });
  const gradients = run.bptt(each(job.given, numbers), job.cut);
  const { cell } = network;
  const of = (names, make) => Object.fromEntries(names.map((name) => [name, text(make(name))]));
  const states = Object.keys(cell.states);
  const parameters = Object.keys(cell.parameters);
  return {
    lines: of(cell.lines, (name) => run.line(name)),
    totals: of(cell.lines, (name) => gradients.line(name)),
    carried: of(states, (name) => gradients.carried(name)),
    initial: of(states, (name) => gradients.initial(name)),
    parameters: of(parameters, (name) => gradients.parameter(name)),
    by_step: of(parameters, (name) => gradients.byStep(name)),
    x: text(gradients.x),
    jacobian: text(run.jacobian()),
  };
}

/** jobs: [{source, jobs}] -> for each its answers. */
export async function answer(groups) {
  const answers = [];
  for (const { source, jobs } of groups) {
    const written = await importText(source);
    answers.push(jobs.map((job) => answerOne(written, job)));
  }
  return answers;
}

if (!globalThis.document) {
  const { readFileSync } = await import("node:fs");
  const groups = JSON.parse(readFileSync(0, "utf-8"));
  process.stdout.write(JSON.stringify(await answer(groups)));
}
