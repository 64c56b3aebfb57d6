"""What matplotlib and seaborn dropped; each function is called once when the module that it is for is there."""

from __future__ import annotations

import functools
import warnings
from typing import Any

from .. import shims

__all__ = ["extend_axes", "extend_backends", "extend_colors", "extend_figure", "extend_matplotlib", "extend_pyplot"]

_COLORS = {"spectral": "nipy_spectral", "Vega10": "tab10", "Vega20": "tab20"}


def extend_matplotlib(matplotlib: Any) -> None:
    """``use`` takes ``warn``, and a backend without a screen to show it on leaves the one that is there."""
    known = matplotlib.use

    @functools.wraps(known)
    def use(backend: str, warn: Any = None, force: bool = True) -> None:
        try:
            known(backend, force=force)
        except ImportError as error:
            warnings.warn(f"matplotlib.use: {error}; figures are drawn without a window.", stacklevel=2)

    shims.set_attribute(matplotlib, "use", use)


def extend_pyplot(pyplot: Any) -> None:
    """``hold``, on which everything now is, and ``spectral``'s kin by name."""
    if not hasattr(pyplot, "hold"):
        shims.set_attribute(pyplot, "hold", _nothing)


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Holding is all that is left."""


def extend_axes(module: Any) -> None:
    """Arguments of axes: ``hist(normed=True)``, ``grid(b=True)``, ``axisbg``."""
    axes = module.Axes
    shims.set_attribute(axes, "hist", shims.renaming(axes.hist, {"normed": "density"}))
    shims.set_attribute(axes, "grid", shims.renaming(axes.grid, {"b": "visible"}))
    for name in ("set_axis_bgcolor", "set_axisbg"):
        if not hasattr(axes, name):
            shims.set_attribute(axes, name, lambda self, color: self.set_facecolor(color))
    if not hasattr(axes, "hold"):
        shims.set_attribute(axes, "hold", _nothing)


def extend_figure(module: Any) -> None:
    """``figure.gca(projection="3d")``."""
    figure = module.Figure
    known = figure.gca

    @functools.wraps(known)
    def gca(self: Any, **kwargs: Any) -> Any:
        if not kwargs:
            return known(self)
        now = known(self) if self.axes else None
        same = now is not None and list(kwargs) == ["projection"] and now.name == kwargs["projection"]
        return now if same else self.add_subplot(**kwargs)

    shims.set_attribute(figure, "gca", gca)


def extend_backends(module: Any) -> None:
    """``canvas.set_window_title``, today the manager's."""
    canvas = module.FigureCanvasBase

    def set_window_title(self: Any, title: str) -> None:
        if self.manager is not None:
            self.manager.set_window_title(title)

    if not hasattr(canvas, "set_window_title"):
        shims.set_attribute(canvas, "set_window_title", set_window_title)


def extend_colors(module: Any) -> None:
    """Colour maps under the names that they had, as attributes of ``matplotlib.cm`` and as texts."""
    known = module._colormaps  # the package itself has them a little later
    for old, new in _COLORS.items():
        if old not in known:
            known.register(known[new], name=old)
            shims.when_taken_back(functools.partial(known.unregister, old))
            shims.set_attribute(module, old, known[old])
