/** What the curves say, in words that change with them. Takes numbers, computes none. */

import { number, share } from "../words.js";

const EXPLODED = 100;
const PHRASES = { Elman: "the Elman network", LSTM: "the LSTM", GRU: "the GRU" };
const phrase = (label) => PHRASES[label] ?? label;

/** A list in words: a, b and c; every part is a list of parts of a sentence. */
const listed = (parts) =>
  parts.flatMap((part, k) => [...(k === 0 ? [] : [k === parts.length - 1 ? " and " : ", "]), ...part]);

/** A norm that is 1 at the loss, as one reads it out. */
export const told = (norm) => (norm > 1.995 ? `${number(norm, 2)} times` : share(norm));

const word = ({ key }, text) => [text, `${key}-text`];

function shrinking(all, steps) {
  const parts = all.map((own, k) => [
    word(own, share(own.norm)), k === 0 ? " of the gradient is left in " : " in ", phrase(own.label),
    ` (× ${number(own.factor, 2)}${k === 0 && steps > 1 ? " a step" : ""})`,
  ]);
  return parts.length ? [...listed(parts), ". "] : [];
}

/** One sentence each; from EXPLODED times on in the word for it. */
const growing = (all) =>
  all.flatMap((own) => [
    `In ${phrase(own.label)} it ${own.norm >= EXPLODED ? "explodes: it " : ""}grows ${number(own.factor, 3)}-fold a\u00a0step, to `,
    word(own, `${number(own.norm, 2)} times`), ". ",
  ]);

function said(all, before, after) {
  const parts = all.map((own) => [word(own, phrase(own.label))]);
  return parts.length ? [before, ...listed(parts), after] : [];
}

/**
 * Parts for Frame.say. found: [{label, key, norm, factor}] at the compared step; lag, name: how far
 * back it is and what it is called; loss: the name of the step of the loss; kept: {label, key,
 * gate, state, share, unit, path} of the picked network, or null.
 */
export function sentence({ found, lag, name, loss, kept }) {
  if (lag === 0) return [`The loss is at ${loss}, the first step: there is no earlier one to reach.`];
  const back = `${lag} step${lag === 1 ? "" : "s"} back, at ${name}: `;
  const plain = found.filter(({ norm }) => norm > 0 && norm < Infinity);
  const words = [
    ...shrinking(plain.filter(({ norm }) => norm <= 1), lag),
    ...growing(plain.filter(({ norm }) => norm > 1)),
    ...said(found.filter(({ norm }) => norm === 0), "Nothing is left in ", ": 0, or less than float64 can hold. "),
    ...said(found.filter(({ norm }) => norm === Infinity), "More than float64 can hold, infinity, in ", ". "),
    ...said(found.filter(({ norm }) => Number.isNaN(norm)), "Not a number in ", ": a value on the way was infinite. "),
  ];
  return [back, ...words, ...(kept ? keeping(kept) : [])];
}

function keeping({ label, key, gate, state, share: part, unit, path }) {
  const keeps = ["the gate ", `${gate} alone keeps at most `, word({ key }, share(part))];
  const where = ` a step, in unit ${unit}.`;
  if (path === null) return [`In ${phrase(label)} `, ...keeps, ` of ${state}${where}`];
  return [`In ${phrase(label)} `, word({ key }, told(path)), ` comes back to ${state}; `, ...keeps, where];
}
