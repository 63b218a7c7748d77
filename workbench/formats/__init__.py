"""Models and arrays in files: numbers and a description, never code."""

from .arrays import read_arrays, write_arrays
from .models import load_model, model_from, model_parts, read_about, save_model

__all__ = [
    "load_model",
    "model_from",
    "model_parts",
    "read_about",
    "read_arrays",
    "save_model",
    "write_arrays",
]
