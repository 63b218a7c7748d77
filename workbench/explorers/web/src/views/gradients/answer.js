/** What the gradients explorer tells Python of its hands, and what Python answers. */

import { bent, keepsNorms, mostKept } from "../../measures/gradients.js";

/**
 * {runs, curves, extras} of an answer of explorers/kernel/gradients.py. runs: {network, steps}, of
 * whose parameters only the biases of gates are bent; extras: {orthogonal, kept(lag)}.
 */
export function readAnswer(subject, { about, arrays }, bias) {
  const { at, used } = about;
  const first = subject.steps - used;
  const full = (values = new Float64Array(0)) => {
    const padded = new Float64Array(used); // nothing comes back to a step after the loss
    padded.set(values);
    return padded;
  };
  const runs = subject.networks.map((net) => ({
    network: bent(net, { recurrent: [], keeps: net.about.keeps }, { bias }), steps: used,
  }));
  const curves = subject.networks.map(({ label, key, cell }, k) => {
    const norms = (name) => full(arrays[`${k}/${name}`]?.values);
    const [output, ...others] = Object.keys(cell.states);
    const paths = Object.fromEntries(others.map((state) => [state, norms(state)]));
    const together = norms(others.length ? "together" : "total");
    return { label, key, output, first, at, steps: used, norms: norms("total"), paths, together };
  });
  const extras = about.networks.map(({ orthogonal }, k) => {
    const [unit, share] = ["unit", "share"].map((name) => arrays[`${k}/${name}`]?.values);
    return { orthogonal, kept: (lag) => ({ unit: unit[lag - 1], share: share[lag - 1] }) };
  });
  return { runs, curves, extras };
}

/** The extras of runs in the page. functions(k): names of the functions of a network. */
export function extrasOf(runs, subject, functions, at) {
  return runs.map((run, k) => {
    const { about } = subject.networks[k];
    return {
      get orthogonal() {
        return keepsNorms(run.network, about, functions(k));
      },
      kept: (lag) => mostKept(run, about.keeps[0], at, lag),
    };
  });
}

/** A network of the subject as the hands have bent it. hand: hyper-parameter -> value. */
export function bentByHand(subject, net, hand, { gain, bias }) {
  const { choices } = net.about;
  const [, source] = choices.find(([chosen]) => Object.entries(chosen).every(([name, own]) => hand[name] === own));
  const numbers = Object.fromEntries(Object.keys(net.numbers).map((name) => [name, hand[name]]));
  return bent(net, net.about, { written: subject.written[source], gain, bias, numbers });
}

/** What to ask for. wished: {at, used, gain, bias}. */
export function wishOf({ networks }, wished, hands) {
  const own = networks.map(({ label }, k) => [label, { ...hands[k] }]);
  return { network: networks[0].label, ...wished, hands: Object.fromEntries(own) };
}

/** [about, arrays] of all networks as they are now. */
export function handsMessage(runs, subject, hands) {
  const [about, arrays] = [{}, {}];
  runs.forEach(({ network }, k) => {
    const { label, about: own, numbers } = subject.networks[k];
    const pick = (names) => Object.fromEntries(names.map((name) => [name, hands[k][name]]));
    about[label] = { numbers: pick(Object.keys(numbers)), functions: pick(Object.keys(own.choices[0][0])) };
    for (const [name, values] of Object.entries(network.parameters)) arrays[`${label}/${name}`] = values;
  });
  return [{ networks: about }, arrays];
}
