"""Measures what the project claims of its speed, on the reader's own computer."""
