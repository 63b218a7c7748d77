"""`python -m workbench ...` is `workbench ...`; nothing else."""

from workbench.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
