"""Lambda triggers as Python callables."""
