/**
 * Which weight to put under the hand first: the one whose change moves the network most. Runs a
 * network some times; draws nothing.
 */

const MOST = 2e7; // multiplications that a page may spend on it

/**
 * [matrix, index] of the weight whose change by 1 moves that unit of `output` most at the last
 * step, of those in the unit's rows of matrices that multiply a state or a line. Null for a cell
 * without such matrices and for a network that is too large to be tried.
 */
export function strongest(network, x, output, unit) {
  const { cell, parameters, sizes } = network;
  const inner = Object.values(cell.products).filter(({ operand: [kind] }) => kind !== "x");
  const tried = inner.flatMap(({ matrix, rows, columns }) => {
    const [height, width] = [sizes[rows], sizes[columns]];
    return unit < height ? Array.from({ length: width }, (_, k) => [matrix, unit * width + k]) : [];
  });
  const count = Object.values(parameters).reduce((sum, values) => sum + values.length, 0);
  if (!tried.length || tried.length * count * (x.length / sizes.input_size) > MOST) return null;
  const place = network.units(output) - unit;
  const last = (own) => own.run(x).line(output).at(-place);
  const first = last(network);
  const moved = tried.map(([name, index]) => {
    const values = parameters[name].slice();
    values[index] += 1;
    return Math.abs(last(network.with({ [name]: values })) - first) || 0;
  });
  return tried[moved.indexOf(Math.max(...moved))];
}
