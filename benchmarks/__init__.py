"""Times kerastorch against loops written by hand and against Keras; start ``python benchmarks/run.py``."""
