"""Layers that slide a window over 1, 2 or 3 spatial axes; ``kerastorch.layers.convolutional`` has all names."""
