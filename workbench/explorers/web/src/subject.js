/** What an explorer is about: networks, one sequence, and its time axis, as Python packed them. */

import { Network, importCell } from "./network.js";

/**
 * about: {networks: [{label, key, source, sizes, numbers, parameters}], sources, times, inputs}.
 * Gives {networks, x, steps, arrays, ...about}; each network keeps what Python knew of it in `about`.
 */
export async function readSubject(about, arrays) {
  const written = await Promise.all(about.sources.map(importCell));
  const networks = about.networks.map((own, k) => {
    const parameters = Object.fromEntries(
      own.parameters.map((name) => [name, arrays[`${k}/${name}`].values]),
    );
    const network = new Network(written[own.source], own.sizes, parameters, own.numbers);
    return Object.assign(network, { label: own.label, key: own.key, about: own });
  });
  const { values, shape } = arrays.x;
  return { ...about, arrays, networks, written, x: values, steps: shape[0] };
}
