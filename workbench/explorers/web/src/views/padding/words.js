/** What the padding explorer says: the reader's code, and the sentence about what it reads. */

import { number } from "../../frame/words.js";

/** The lines of code that read a last state, by the name of their rule. */
export const CODE = {
  "[-1]": "h[-1]", "[0]": "h[0]", lengths: "h[lengths - 1, rows]",
  "-lengths": "h[-lengths, rows]",
};

/** What to write for the state at which a pass has read each sequence. */
const ENDS = {
  forward: { post: CODE.lengths, pre: CODE["[-1]"] },
  backward: { post: CODE["[0]"], pre: CODE["-lengths"] },
};

const steps = (count) => `${count} step${count === 1 ? "" : "s"}`;

/** The first two lines of the reader's code. longest: steps of the batch where not the least. */
export function linesOf({ what, where, value, longest, masked, direction }) {
  const length = longest ? `, longest=${longest}` : "";
  const written = String(Number(value.toFixed(1)));
  const padded = `x, mask, lengths = pad(${what}, where="${where}", value=${written}${length})`;
  const forward = `rnn(x${masked ? ", mask" : ""})`;
  const backward = `rnn(x[::-1]${masked ? ", mask[::-1]" : ""})[::-1]`;
  const run = { forward, backward, both: `concat([${forward}, ${backward}], -1)` }[direction];
  const packed = masked ? "skips the padding" : "";
  const known = direction !== "both" ? packed : masked ? "" : "bidirectional"; // one line long
  return [padded, `h = ${run}${known && `  # ${known}`}`];
}

/** Where a number comes from and what it should be, for one pass of a row. */
function clause(found, name, { unit, padded, settings, row, letters }) {
  const { step, end, right, read, truth } = found;
  const [got, wanted] = [number(read[unit]), number(truth[unit])];
  if (right && step === end) return `where the pass ends: ${got}`;
  if (right) return `${got}, right though the pass ended at step ${end}`;
  const silent = padded.masked && !padded.batch.mask[row][step];
  const length = padded.batch.lengths[row];
  const why = silent
    ? "padding, where the mask leaves zeros"
    : reason(found, name, settings.where, length, letters);
  return `${why}: ${got} instead of ${wanted}${got === wanted ? ", but other units differ" : ""}`;
}

/** What the pass had read, and what not, where its state is wrong. */
function reason({ real, padding }, name, where, length, letters) {
  const paddings = `${steps(padding)} of padding`;
  if (real === 0) return `after ${paddings} and none of the ${letters ? "word" : "sequence"}`;
  if (real < length) {
    const some = `only ${real} of ${length} ${letters ? "letters" : "steps"}`;
    return `after ${padding ? `${paddings} and ` : ""}${some}`;
  }
  const before = where === (name === "forward" ? "pre" : "post");
  if (before) return `where it ends, but the pass began with ${paddings}`;
  return `${paddings} after ${name === "forward" ? "its end" : "the pass was through"}`;
}

/** What would be right for every row, pass by pass. */
function cure({ padded, settings, curable, lasts, row }) {
  const names = padded.passes.map(({ name }) => name);
  const found = names.flatMap((name, part) => {
    const line = ENDS[name][settings.where].replaceAll(" ", "\u00a0"); // on one line
    return curable[part] ? [names.length > 1 ? `${line} ${name}` : line] : [];
  });
  const lost = names.filter((_, part) => !curable[part]);
  const parts = [];
  if (found.length) parts.push(`Right for every row: ${found.join(", ")}.`);
  if (lost.length)
    parts.push(`The ${lost[0]} pass reads padding first: no index helps, it needs a mask.`);
  if (padded.masked && lasts[row].every((part) => part.heldRight))
    parts.push("So is the final state that the run gives back (h_n): the mask keeps it from the padding.");
  if (found.length > 1) parts.push("No one index is right for both passes.");
  return parts.join(" ");
}

/**
 * The sentence, in the parts that Frame.say takes. about: {lasts, ghost, padded, curable} of
 * measures/padding.js; settings; row, unit; called: the row's name; letters: null for numbers.
 */
export function sentence(about) {
  const { lasts, row, padded, ghost, unit, called, settings } = about;
  const count = lasts.length;
  const wrong = lasts.filter((parts) => !parts.every((part) => part.right)).length;
  const rows = `of ${count} row${count === 1 ? "" : "s"}`;
  const are = (wrong || count) === 1 ? "is" : "are";
  const verdict = wrong
    ? [`${wrong} ${rows} ${are} wrong`, "back-text"]
    : [`${count} ${rows} ${are} right`, "gru-text"];
  const index = CODE[settings.rule].replace(", rows", "");
  const both = padded.passes.length > 1;
  const clauses = padded.passes.map(({ name }, part) =>
    `${both ? `${name}, ` : ""}${clause(lasts[row][part], name, about)}`);
  const old = ghost?.[row]?.map((part) => number(part.read[unit])).join(" and ");
  const before = old ? `; before the drag ${old}` : "";
  const halves = padded.passes.map(({ name }, part) =>
    `the ${name} half is right in ${lasts.filter((parts) => parts[part].right).length}`);
  const split = both && wrong ? ` (${halves.join(", ")})` : "";
  const reads = `${split}: ${index} reads step ${lasts[row][0].step} of ${called}${both ? ": " : ", "}`;
  return [verdict, `${reads}${clauses.join("; ")}${before}.`, ...(wrong ? [` ${cure(about)}`] : [])];
}
