"""The table of tasks: five seeds each, the worst beside the baseline and the target.

python -m workbench.bench.tasks                 all of them
python -m workbench.bench.tasks sunspots gru    one, with another cell than its own
python -m workbench.bench.tasks --json          writes results/tasks.json too, row by row
python -m workbench.bench.tasks --rehearse      on the training rows alone, to choose recipes by
"""

import sys

from workbench.bench import records
from workbench.cells import CELLS
from workbench.tasks import SEEDS, TASKS
from workbench.tasks.task import better

HEAD = f"{'task':<16}{'cell':<8}{'baseline':>10}{'target':>10}{'worst':>10}{'median':>10}{'s':>7}"
SWITCHES = ("--json", "--rehearse")


def row(task, cell=None, seeds=SEEDS):
    """Train from every seed and return the record of it."""
    return records.record(
        [task(seed=seed, cell=cell, options={"progress": False}) for seed in seeds]
    )


def main(arguments):
    switches = {name for name in arguments if name.startswith("-")}
    if wrong := switches - set(SWITCHES):
        sys.exit(f"option: expected one of {', '.join(SWITCHES)}, got {min(wrong)}")
    if switches == set(SWITCHES):
        sys.exit("--json: expected without --rehearse, which scores no test rows, got both")
    arguments = [name for name in arguments if name not in switches]
    cells = [name for name in arguments if name in CELLS]
    names = [name for name in arguments if name not in CELLS] or list(TASKS)
    unknown = [name for name in names if name not in TASKS]
    if unknown:
        sys.exit(f"task: expected one of {', '.join(TASKS)}, got {unknown[0]}")
    print(HEAD)
    for name in names:
        task = TASKS[name].rehearse() if "--rehearse" in switches else TASKS[name]
        for cell in cells or [task.recipe.cell]:
            try:
                entry = row(task, cell)
            except ImportError as missing:
                print(f"{name:<16}{missing}")
                break
            worst, median, baseline = entry["worst"], entry["median"], entry["baseline"]
            words = "" if better(task, worst, baseline) else "  the baseline wins"
            print(
                f"{name:<16}{cell:<8}{baseline:>10.4g}{task.target:>10.4g}{worst:>10.4g}"
                f"{median:>10.4g}{max(entry['seconds']):>7.1f}{words}",
                flush=True,
            )
            if "--json" in switches:
                records.merge(name, cell, entry)


if __name__ == "__main__":
    main(sys.argv[1:])
