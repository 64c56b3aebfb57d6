"""How a model learns: data in, one step, many of them, and what is told on the way."""
