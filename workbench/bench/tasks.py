"""The table of tasks: five seeds each, the worst beside the baseline and the target.

python -m workbench.bench.tasks                 all of them
python -m workbench.bench.tasks sunspots gru    one, with another cell than its own
"""

import sys

from workbench.cells import CELLS
from workbench.tasks import SEEDS, TASKS
from workbench.tasks.task import better

HEAD = f"{'task':<16}{'cell':<8}{'baseline':>10}{'target':>10}{'worst':>10}{'median':>10}{'s':>7}"


def row(task, cell=None, seeds=SEEDS):
    """Train from every seed: (scores from worst to best, baseline, seconds of the slowest)."""
    outcomes = [task(seed=seed, cell=cell, options={"progress": False}) for seed in seeds]
    scores = sorted((o.score for o in outcomes), reverse=not task.higher_is_better)
    return scores, outcomes[0].baseline, max(o.seconds for o in outcomes)


def main(arguments):
    cells = [name for name in arguments if name in CELLS]
    names = [name for name in arguments if name not in CELLS] or list(TASKS)
    unknown = [name for name in names if name not in TASKS]
    if unknown:
        sys.exit(f"task: expected one of {', '.join(TASKS)}, got {unknown[0]}")
    print(HEAD)
    for name in names:
        try:
            TASKS[name].load(0)
        except ImportError as missing:
            print(f"{name:<16}{missing}")
            continue
        for cell in cells or [TASKS[name].recipe.cell]:
            scores, baseline, seconds = row(TASKS[name], cell)
            worst, median = scores[0], scores[len(scores) // 2]
            words = "" if better(TASKS[name], worst, baseline) else "  the baseline wins"
            print(
                f"{name:<16}{cell:<8}{baseline:>10.4g}{TASKS[name].target:>10.4g}{worst:>10.4g}"
                f"{median:>10.4g}{seconds:>7.1f}{words}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
