"""``python -m kerastorch script.py``, ``… check script.py`` and ``… port script.py``; see ``kerastorch.porting``."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        from .porting.check import main
    elif sys.argv[1:2] == ["port"]:
        from .porting.port import main
    else:
        from .porting.runner import main
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] in (["check"], ["port"]) else sys.argv[1:]))
