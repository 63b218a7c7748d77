"""Writers: what a cell's graph is written into. Importing this announces them to the cells."""

from . import cpu, cuda, javascript, notation

__all__ = ["cpu", "cuda", "javascript", "notation"]
