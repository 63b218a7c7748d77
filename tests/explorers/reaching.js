/**
 * Runs the measures of the gradients explorer on jobs that Python made. Numbers travel as text, so
 * that every bit, infinity and not-a-number arrives.
 */
import { rangeOf } from "../../workbench/explorers/web/src/views/gradients/scale.js";
import {
  bent, gradientReach, mostKept, rowNorms, stepFactor,
} from "../../workbench/explorers/web/src/measures/gradients.js";
import { Network } from "../../workbench/explorers/web/src/network.js";

const numbers = (texts) => Float64Array.from(texts, Number);
const texts = (values) => Array.from(values, String);
const each = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
const load = (source) => import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);

async function reach({ source, other, sizes, parameters, about, hand, x, at, lag }) {
  const [own, written] = [await load(source), await load(other)];
  const network = new Network(own, sizes, each(parameters, numbers), about.numbers);
  const before = JSON.stringify(each(network.parameters, texts));
  const run = bent(network, about, { written, ...hand }).run(numbers(x));
  const found = gradientReach(run, at);
  return {
    total: texts(found.total),
    carried: each(found.carried, texts),
    together: texts(found.together),
    factor: String(stepFactor(found.total, at, lag)),
    kept: about.keeps.map((keep) => each(mostKept(run, keep, at, lag), String)),
    untouched: before === JSON.stringify(each(network.parameters, texts)),
  };
}

const answers = {
  reach,
  norms: ({ values, units }) => texts(rowNorms(numbers(values), units)),
  range: ({ curves }) => rangeOf(curves.map(numbers)),
};

const { readFileSync } = await import("node:fs");
const jobs = JSON.parse(readFileSync(0, "utf-8"));
const found = [];
for (const { kind, ...job } of jobs) found.push(await answers[kind](job));
process.stdout.write(JSON.stringify(found));
