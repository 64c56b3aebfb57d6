"""``python -m kerastorch script.py``; see ``kerastorch.porting.runner``."""

import sys

from kerastorch.porting.runner import main

if __name__ == "__main__":
    sys.exit(main())
