"""What the real Keras 2.2.4 prints and records, and the scripted runs that ask kerastorch for the same."""
