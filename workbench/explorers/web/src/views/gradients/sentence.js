/** What the curves say, in words that change with them. Takes numbers, computes none. */

import { number, share } from "../../frame/words.js";

const EXPLODED = 100;
const SAME = 1e-9; // relative; a norm this near to 1 is the loss's own
const PHRASES = { Elman: "the Elman network", LSTM: "the LSTM", GRU: "the GRU" };
const phrase = (label) => PHRASES[label] ?? label;

/** A list in words: a, b and c; every part is a list of parts of a sentence. */
const listed = (parts) =>
  parts.flatMap((part, k) => [...(k === 0 ? [] : [k === parts.length - 1 ? " and " : ", "]), ...part]);

/** A factor with as many digits as tell it from 1: 0.89, 0.974, 1.004. */
export function factor(value) {
  const away = Math.abs(value - 1);
  return number(value, away >= 0.05 ? 2 : away >= 0.005 ? 3 : 4);
}

/** A norm that is 1 at the loss, as one reads it out. */
export const told = (norm) => (norm > 1 + SAME ? `${factor(norm)} times` : share(norm));

const word = ({ key }, text) => [text, `${key}-text`];
const same = ({ norm }) => Math.abs(norm - 1) <= SAME;

function shrinking(all, steps) {
  const parts = all.map((own, k) => [
    word(own, share(own.norm)), k === 0 ? " of the gradient is left in " : " in ", phrase(own.label),
    ` (×\u00a0${factor(own.factor)}${k === 0 && steps > 1 ? " a step" : ""})`,
  ]);
  return parts.length ? [...listed(parts), ". "] : [];
}

/** The norm of the loss itself arrives; why, where the network's weights say it. */
const keptWhole = (all) =>
  all.flatMap((own) => [
    word(own, "100 %"), ` of the gradient arrives in ${phrase(own.label)}`,
    own.orthogonal ? ": an orthogonal U with the identity keeps every norm. " : ". ",
  ]);

/** One sentence each; from EXPLODED times on in the word for it. */
const growing = (all) =>
  all.flatMap((own) => [
    `In ${phrase(own.label)} it ${own.norm >= EXPLODED ? "explodes: it " : ""}grows ${factor(own.factor)}-fold a\u00a0step, to `,
    word(own, `${factor(own.norm)} times`), ". ",
  ]);

function said(all, before, after) {
  const parts = all.map((own) => [word(own, phrase(own.label))]);
  return parts.length ? [before, ...listed(parts), after] : [];
}

/**
 * Parts for Frame.say. found: [{label, key, norm, factor, orthogonal}] at the compared step; lag,
 * name: how far back it is and what it is called; wanted: how far back it was put; loss: the name
 * of the step of the loss; kept: {label, key, gate, state, share, unit, units, norm, factor,
 * output} of the picked network, or null.
 */
export function sentence({ found, lag, wanted = lag, name, loss, kept }) {
  if (lag === 0) return [`The loss is at ${loss}, the first step: there is no earlier one to reach.`];
  const short = wanted > lag ? `, the first step (${wanted} do not fit)` : "";
  const back = `${lag} step${lag === 1 ? "" : "s"} back, at ${name}${short}: `;
  const plain = found.filter(({ norm }) => norm > 0 && norm < Infinity);
  const words = [
    ...keptWhole(plain.filter(same)),
    ...shrinking(plain.filter((own) => own.norm < 1 && !same(own)), lag),
    ...growing(plain.filter((own) => own.norm > 1 && !same(own))),
    ...said(found.filter(({ norm }) => norm === 0), "Nothing is left in ", ": 0, or less than float64 can hold. "),
    ...said(found.filter(({ norm }) => norm === Infinity), "More than float64 can hold, infinity, in ", ". "),
    ...said(found.filter(({ norm }) => Number.isNaN(norm)), "Not a number in ", ": a value on the way was infinite. "),
  ];
  return [back, ...words, ...(kept ? keeping(kept) : [])];
}

/** The gradient by a state beside the output (null for the output), and what its gate lets through. */
function keeping({ label, key, gate, state, share: part, unit, units, norm, factor: whole, output }) {
  const own = state === "c" ? "the cell state c" : `the state ${state}`;
  const arrives = norm === null ? [] : [word({ key }, told(norm)), ` arrives at ${own} by all ways, ${output} held (‖∂L/∂${state}‖); `];
  const keeps = [`the gate ${gate} alone keeps at most `, word({ key }, share(part)), ` of ${state} a step (unit ${unit} of ${units})`];
  // More arrives than the gate lets through: it has taken other ways.
  const ways = norm === null ? "the other gates" : `${output} and the other gates`;
  const rest = whole > part ? `, the rest comes through ${ways}.` : ".";
  return [`In ${phrase(label)} `, ...arrives, ...keeps, rest];
}
