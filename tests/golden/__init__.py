"""Golden cases: what the real Keras 2.2.4 computed, and the code that asks kerastorch for the same (README.md)."""
