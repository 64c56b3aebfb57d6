"""Compiling and training: data, steps, the loops over them, callbacks and logs."""
