"""The parts of a written JavaScript module that are the same for every cell, or nearly."""

DOT = """
// One row of a matrix times the vector that begins at `at`.
const dot = (matrix, row, columns, vector, at) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += matrix[row * columns + k] * vector[at + k];
    return sum;
};
"""

TRANSPOSED = """
// The way back through `dot`: the row of the matrix times d is added to the vector's adjoint.
const handBack = (matrix, row, columns, d, adjoint, at) => {
    for (let k = 0; k < columns; k++) adjoint[at + k] += matrix[row * columns + k] * d;
};
"""

FORWARD = """
// Fills `record` from its first states. mask: 1 where a step is real, or null.
// clamps: for each line null, or the values (time, units) that stand in its place.
export function forward({{ steps, sizes, x, mask, parameters, numbers, clamps, record }}) {{
{names}
    for (let t = 0; t < steps; t++) {{
        if (mask && !mask[t]) {{
{passed}
            continue;
        }}
{lines}
    }}
}}
"""

STEP_BACK = """
// The chain rule for one step t. Adjoints are kept in row `at`; `after` is the row that follows.
const chainRule = ({{ sizes, x, parameters, numbers, clamps, record }}, adjoints) => {{
{names}
    return (t, at) => {{
        const after = at + 1;
{lines}
    }};
}};
"""

BACKWARD = """
// Backpropagation through time: adds to `adjoints`, whose lines hold what the losses put in.
// cut: 1 where nothing is carried to the step before, or null.
export function backward(run, adjoints, cut = null) {
    const { carried } = adjoints;
    const back = chainRule(run, adjoints);
    for (let t = run.steps - 1; t >= 0; t--) {
        if (!run.mask || run.mask[t]) back(t, t);
        else for (const [name, size] of Object.entries(cell.states)) {
            const units = run.sizes[size];
            carried[name].copyWithin(t * units, (t + 1) * units, (t + 2) * units);
        }
        if (cut && cut[t]) for (const [name, size] of Object.entries(cell.states)) {
            const units = run.sizes[size];
            carried[name].fill(0, t * units, (t + 1) * units);
        }
    }
}
"""

JACOBIAN = """
// result (time, n, n): the new states by the old ones. adjoints: as for a single step.
export function jacobian(run, adjoints, result) {
    const states = Object.entries(cell.states).map(([name, size]) => [name, run.sizes[size]]);
    const n = states.reduce((sum, [, units]) => sum + units, 0);
    const back = chainRule(run, adjoints);
    const { carried, totals, products, vectors, x } = adjoints;
    const all = [carried, totals, products, vectors].flatMap(Object.values).concat([x]);
    for (let t = 0; t < run.steps; t++) {
        let k = 0;
        for (const [seeded, count] of states) for (let unit = 0; unit < count; unit++, k++) {
            let place = (t * n + k) * n;
            if (run.mask && !run.mask[t]) {
                result[place + k] = 1;
                continue;
            }
            for (const array of all) array.fill(0);
            carried[seeded][count + unit] = 1;
            back(t, 0);
            for (const [name, units] of states) {
                result.set(carried[name].subarray(0, units), place);
                place += units;
            }
        }
    }
}
"""
