/** What the padding explorer says: the reader's code, and the sentence about what it reads. */

import { number } from "../words.js";

/** The lines of code that read a last state, by the name of their rule. */
export const CODE = { "[-1]": "h[-1]", "[0]": "h[0]", lengths: "h[lengths - 1, rows]" };

/** What to write for the state at which a pass has read each sequence. */
const ENDS = {
  forward: { post: CODE.lengths, pre: CODE["[-1]"] },
  backward: { post: CODE["[0]"], pre: "h[-lengths, rows]" },
};

const steps = (count) => `${count} step${count === 1 ? "" : "s"}`;

/** The first two lines of the reader's code. longest: steps of the batch where not the least. */
export function linesOf({ what, where, value, longest, masked, direction }) {
  const length = longest ? `, longest=${longest}` : "";
  const written = String(Number(value.toFixed(1)));
  const padded = `x, mask, lengths = pad(${what}, where="${where}", value=${written}${length})`;
  const forward = `rnn(x${masked ? ", mask" : ""})`;
  const backward = `rnn(x[::-1]${masked ? ", mask[::-1]" : ""})[::-1]`;
  const both = `concatenate([${forward}, ${backward}], axis=-1)`;
  return [padded, `h = ${{ forward, backward, both }[direction]}`];
}

/** How one pass of a row got the number that is read. */
function clause(found, name, { unit, called, padded, settings, row, letters }) {
  const { step, end, right, read, truth } = found;
  const index = settings.rule === "lengths" ? "h[lengths - 1]" : CODE[settings.rule];
  const [got, wanted] = [number(read[unit]), number(truth[unit])];
  const both = padded.passes.length > 1 ? `${name}, ` : "";
  const at = `${both}${index} reads step ${step} of ${called}`;
  if (right && step === end) return `${at}, where the ${name} pass ends: ${got}`;
  if (right) return `${at}: ${got}, right although the ${name} pass ended at step ${end}`;
  const silent = padded.masked && !padded.batch.mask[row][step];
  const why = silent ? "padding, where the mask leaves zeros" : reason(found, name, settings, padded.batch.lengths[row], letters);
  const other = got === wanted ? ", but other units differ" : "";
  return `${at}, ${why}: ${got} instead of ${wanted}${other}`;
}

/** What the pass had read, and what not, where its state is wrong. */
function reason({ real, padding }, name, { where }, length, letters) {
  const before = where === (name === "forward" ? "pre" : "post");
  if (real === 0) return `after ${steps(padding)} of padding and none of the ${letters ? "word" : "sequence"}`;
  if (real < length) {
    const some = `only ${real} of ${length} ${letters ? "letters" : "steps"}`;
    return padding ? `after ${steps(padding)} of padding and ${some}` : `after ${some}`;
  }
  if (before) return `its end, but the pass began with ${steps(padding)} of padding`;
  return `${steps(padding)} of padding after ${name === "forward" ? "its end" : "the backward pass was through"}`;
}

/** What would be right for every row, pass by pass. */
function cure({ padded, settings, curable, lasts, row }) {
  const names = padded.passes.map(({ name }) => name);
  const both = names.length > 1;
  const lines = names.map((name, part) =>
    curable[part] ? `${ENDS[name][settings.where]}${both ? ` ${name}` : ""}` : null);
  const found = lines.filter(Boolean);
  const lost = names.filter((_, part) => !curable[part]);
  const parts = [];
  if (found.length) parts.push(`Right for every row: ${found.join(", ")}.`);
  if (lost.length) parts.push(`The ${lost.join(" and ")} pass reads padding first: no index helps, it needs a mask.`);
  if (padded.masked && lasts[row].every((part) => part.heldRight))
    parts.push("So is h_n, the state that the network ends with: the mask has held it.");
  return parts.join(" ");
}

/** The sentence, in the parts that Frame.say takes. */
export function sentence(about) {
  const { lasts, row, padded, ghost, unit } = about;
  const wrong = lasts.filter((parts) => !parts.every((part) => part.right)).length;
  const rows = `${lasts.length} row${lasts.length === 1 ? "" : "s"}`;
  const verdict = wrong
    ? [`${wrong} of ${rows} ${wrong === 1 ? "is" : "are"} wrong`, "back-text"]
    : [`${lasts.length} of ${rows} ${lasts.length === 1 ? "is" : "are"} right`, "gru-text"];
  const said = padded.passes.map(({ name }, part) => clause(lasts[row][part], name, about)).join("; ");
  const before = ghost?.[row] ? `, before the drag ${ghost[row].map((part) => number(part.read[unit])).join(" and ")}` : "";
  return [verdict, `: ${said}${before}.`, ...(wrong ? [` ${cure(about)}`] : [])];
}
