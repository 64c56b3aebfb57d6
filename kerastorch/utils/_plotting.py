"""Diagrams drawn by matplotlib: boxes in rows, each below those that lead to it, and arrows around what is between.

Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System Structures", 1981.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .vis_utils import Box, Diagram

__all__ = ["Layout", "draw", "lay_out"]

_CHARACTER, _LINE = 0.085, 0.22  # inches that one takes at the font size below
_MARGIN, _GAP, _ROW_GAP = 0.12, 0.3, 0.4
_FONT = 10
_SWEEPS = 8
_LARGEST = 65000  # pixels that matplotlib can draw in one direction


class Layout:
    """Where boxes are, in inches: ``place[key]`` is a centre, ``size[key]`` width and height.

    ``bends[before, after]`` are the points that an arrow goes through on its way past other rows.
    """

    def __init__(self) -> None:
        self.place: dict[str, tuple[float, float]] = {}
        self.size: dict[str, tuple[float, float]] = {}
        self.bends: dict[tuple[str, str], list[tuple[float, float]]] = {}


def _ranks(keys: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """The row of each box: one below the lowest of those that lead to it."""
    before: dict[str, list[str]] = {key: [] for key in keys}
    for a, b in edges:
        before[b].append(a)
    ranks: dict[str, int] = {}
    for first in keys:
        stack = [first]
        while stack:
            key = stack[-1]
            waiting = [a for a in before[key] if a not in ranks and a not in stack]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            ranks.setdefault(key, max((ranks[a] + 1 for a in before[key] if a in ranks), default=0))
    return ranks


def _rows(
    keys: list[str], edges: list[tuple[str, str]]
) -> tuple[list[list[Any]], list[tuple[Any, Any]], dict[tuple[str, str], list[Any]]]:
    """Boxes and the bends of long arrows in rows, ordered so that few arrows cross; the short arrows between them."""
    ranks = _ranks(keys, edges)
    rows: list[list[Any]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for key in keys:
        rows[ranks[key]].append(key)
    short, ways = [], {}
    for a, b in edges:
        way: list[Any] = [(a, b, rank) for rank in range(ranks[a] + 1, ranks[b])]
        for bend in way:
            rows[bend[2]].append(bend)
        short += list(zip([a, *way], [*way, b]))
        ways[a, b] = way
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            at = {item: i for line in rows for i, item in enumerate(line)}
            near: dict[Any, list[int]] = {item: [] for item in row}
            for a, b in short:
                item, other = (b, a) if down else (a, b)
                if item in near:
                    near[item].append(at[other])
            row.sort(key=lambda item: sum(near[item]) / len(near[item]) if near[item] else at[item])
    return rows, short, ways


def _spread(row: list[Any], wanted: dict[Any, float], extent: dict[Any, float]) -> None:
    """Moves a row's items to where they want to be, as far as their neighbours leave room."""
    left = []
    for item in row:
        low = left[-1][0] + (extent[left[-1][1]] + extent[item]) / 2 + _GAP if left else wanted[item]
        left.append((max(low, wanted[item]), item))
    right: list[float] = []
    for item, after in zip(reversed(row), [None, *reversed(row[1:])]):
        high = wanted[item] if after is None else right[-1] - (extent[after] + extent[item]) / 2 - _GAP
        right.append(min(high, wanted[item]) if after is not None else wanted[item])
    for (low, item), high in zip(left, reversed(right)):
        wanted[item] = (low + high) / 2


def lay_out(diagram: Diagram, sideways: bool = False) -> Layout:
    """Places the boxes of a diagram, rows downwards, or to the right.

    Args:
        diagram: boxes and arrows.
        sideways: whether rows become columns.
    """
    layout = Layout()
    for key, box in diagram.boxes.items():
        layout.size[key] = _size_of(box)
    rows, short, ways = _rows(list(diagram.boxes), diagram.edges)
    along = 1 if sideways else 0  # which of a box's lengths lies along its row
    extent = {item: layout.size[item][along] if item in layout.size else 0.0 for row in rows for item in row}
    position: dict[Any, float] = {}
    for row in rows:
        start = 0.0
        for item in row:
            position[item] = start + extent[item] / 2
            start += extent[item] + _GAP
        for item in row:
            position[item] -= start / 2
    links: dict[Any, list[Any]] = {item: [] for row in rows for item in row}
    for a, b in short:
        links[a].append(b)
        links[b].append(a)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            for item in row:
                if links[item]:
                    position[item] = sum(position[other] for other in links[item]) / len(links[item])
            _spread(row, position, extent)
    depth = 0.0
    for row in rows:
        thick = max((layout.size[item][1 - along] for item in row if item in layout.size), default=0.0)
        for item in row:
            across = depth + thick / 2
            point = (across, -position[item]) if sideways else (position[item], -across)
            if item in layout.size:
                layout.place[item] = point
            else:  # straight past the boxes of the row
                half = (0.0, thick / 2) if not sideways else (-thick / 2, 0.0)
                bends = layout.bends.setdefault((item[0], item[1]), [])
                bends += [(point[0] + s * half[0], point[1] + s * half[1]) for s in (1, -1)]
        depth += thick + _ROW_GAP
    for edge in ways:
        layout.bends.setdefault(edge, [])
    return layout


def _columns(box: Box) -> tuple[float, float]:
    """The widths of a box's two columns of rows."""
    first = max(len(what) + 1 for what, _ in box.rows) * _CHARACTER + 2 * _MARGIN
    return first, max(len(text) for _, text in box.rows) * _CHARACTER + 2 * _MARGIN


def _size_of(box: Box) -> tuple[float, float]:
    width = len(box.title) * _CHARACTER + 2 * _MARGIN
    if box.rows:
        width = max(width, sum(_columns(box)))
    return width, (1 + len(box.rows)) * (_LINE + _MARGIN)


def draw(diagram: Diagram, path: Path, rankdir: str, kind: str, dpi: int) -> None:
    """Writes a diagram as a picture.

    Args:
        diagram: boxes and arrows.
        path: the file.
        rankdir: ``'TB'``, ``'LR'``, ``'BT'`` or ``'RL'``.
        kind: of picture: png, jpg, pdf, svg.
        dpi: dots an inch; fewer where the picture would get too large.

    Raises:
        ImportError: without matplotlib.
        ValueError: when matplotlib cannot write this kind.
    """
    try:
        from matplotlib.figure import Figure
        from matplotlib.patches import FancyArrowPatch, Rectangle
        from matplotlib.path import Path as Line
    except ImportError:
        raise ImportError(
            "plot_model: expected the package matplotlib, or pydot with graphviz; pip install 'kerastorch[plot]'"
        ) from None
    layout = lay_out(diagram, sideways=rankdir in ("LR", "RL"))
    if rankdir in ("BT", "RL"):
        _turn_round(layout, rankdir)
    left, right, bottom, top = _bounds(layout)
    dpi = min(dpi, _LARGEST / max(right - left, top - bottom))
    figure = Figure(figsize=(right - left, top - bottom))
    if kind not in figure.canvas.get_supported_filetypes():
        known = sorted(figure.canvas.get_supported_filetypes())
        raise ValueError(f"plot_model: expected a file that ends in one of {known}. Received: {str(path)!r}")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(left, right), ylim=(bottom, top))
    axes.axis("off")
    for group, keys in _groups(diagram).items():
        low_x, high_x, low_y, high_y = _bounds(layout, keys)
        axes.add_patch(Rectangle((low_x, low_y), high_x - low_x, high_y - low_y, fill=False, ls="--", ec="0.6", lw=0.8))
        axes.text(low_x + 0.03, high_y - 0.03, group[-1], fontsize=_FONT - 3, color="0.4", va="top")
    for key, box in diagram.boxes.items():
        _draw_box(axes, box, layout.place[key], layout.size[key], Rectangle)
    for (before, after), bends in layout.bends.items():
        points = _arrow(layout, before, after, bends, rankdir)
        codes = [Line.MOVETO] + [Line.LINETO] * (len(points) - 1)
        arrow = FancyArrowPatch(path=Line(points, codes), arrowstyle="-|>", mutation_scale=9, lw=0.9, color="black")
        axes.add_patch(arrow)
    figure.savefig(path, dpi=dpi, format=kind, facecolor="white")


def _turn_round(layout: Layout, rankdir: str) -> None:
    fx, fy = (1, -1) if rankdir == "BT" else (-1, 1)
    layout.place = {key: (fx * x, fy * y) for key, (x, y) in layout.place.items()}
    layout.bends = {edge: [(fx * x, fy * y) for x, y in bends] for edge, bends in layout.bends.items()}


def _bounds(layout: Layout, keys: list[str] | None = None) -> tuple[float, float, float, float]:
    chosen = list(layout.place) if keys is None else keys
    boxes = [(layout.place[key], layout.size[key]) for key in chosen]
    points = [] if keys is not None else [p for bends in layout.bends.values() for p in bends]
    xs = [x + s * w / 2 for (x, _), (w, _) in boxes for s in (-1, 1)] + [x for x, _ in points]
    ys = [y + s * h / 2 for (_, y), (_, h) in boxes for s in (-1, 1)] + [y for _, y in points]
    edge = _MARGIN
    return min(xs) - edge, max(xs) + edge, min(ys) - edge, max(ys) + edge


def _groups(diagram: Diagram) -> dict[tuple[str, ...], list[str]]:
    """The boxes inside of each nested model."""
    found: dict[tuple[str, ...], list[str]] = {}
    for key, box in diagram.boxes.items():
        for depth in range(len(box.group)):
            found.setdefault(box.group[: depth + 1], []).append(key)
    return found


def _draw_box(axes: Any, box: Box, place: tuple[float, float], size: tuple[float, float], rectangle: Any) -> None:
    (x, y), (width, height) = place, size
    low_x, high_y = x - width / 2, y + height / 2
    axes.add_patch(rectangle((low_x, y - height / 2), width, height, fc="white", ec="black", lw=0.9, zorder=2))
    line = height / (1 + len(box.rows))
    style = {"fontsize": _FONT, "ha": "center", "va": "center", "zorder": 3}
    axes.text(x, high_y - line / 2, box.title, **style)
    if not box.rows:
        return
    first = _columns(box)[0]
    axes.plot([low_x + first] * 2, [high_y - line, y - height / 2], color="black", lw=0.9, zorder=3)
    for i, (what, text) in enumerate(box.rows, start=1):
        axes.plot([low_x, low_x + width], [high_y - i * line] * 2, color="black", lw=0.9, zorder=3)
        axes.text(low_x + first / 2, high_y - (i + 0.5) * line, f"{what}:", **style)
        axes.text((low_x + first + x + width / 2) / 2, high_y - (i + 0.5) * line, text, **style)


def _arrow(
    layout: Layout, before: str, after: str, bends: list[tuple[float, float]], rankdir: str
) -> list[tuple[float, float]]:
    """The points of an arrow, from the edge of one box to the edge of the other."""
    dx, dy = {"TB": (0, -1), "BT": (0, 1), "LR": (1, 0), "RL": (-1, 0)}[rankdir]
    (x0, y0), (w0, h0) = layout.place[before], layout.size[before]
    (x1, y1), (w1, h1) = layout.place[after], layout.size[after]
    start = (x0 + dx * w0 / 2, y0 + dy * h0 / 2)
    end = (x1 - dx * w1 / 2, y1 - dy * h1 / 2)
    return [start, *bends, end]
