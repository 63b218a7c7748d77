/** Measures of written cells for jobs that Python made, in Node.js: JSON in, JSON out. */
import { readFileSync } from "node:fs";
import { changes, inputBack, reach, stepBack } from "../../workbench/explorers/web/src/measures/unfold.js";
import { Network } from "../../workbench/explorers/web/src/network.js";

const flat = (object) => Object.fromEntries(Object.entries(object).map(([k, v]) => [k, Float64Array.from(v)]));

async function answer({ source, sizes, parameters, numbers, x, other, back }) {
  const written = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
  const network = new Network(written, sizes, flat(parameters), numbers);
  const run = network.run(Float64Array.from(x));
  const reached = reach(run);
  const { output } = reached;
  const moved = network.run(Float64Array.from(other)).line(output);
  return {
    total: [...reached.total],
    carried: Object.fromEntries(Object.entries(reached.carried).map(([s, v]) => [s, [...v]])),
    changed: [...changes(run.line(output), moved, network.units(output))],
    back: back.map(([t, state, unit]) => stepBack(run, reached, t, state, unit).value),
    byInput: back.map(([t, , feature]) => {
      const { terms, value } = inputBack(reached, t, feature % sizes.input_size);
      return [value, terms.reduce((sum, term) => sum + term.sum, 0)];
    }),
    terms: back.map(([t, state, unit]) => stepBack(run, reached, t, state, unit).terms.map((term) => [...term.column])),
  };
}

const jobs = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(await Promise.all(jobs.map(answer))));
