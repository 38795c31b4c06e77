"""Small charts drawn on the server as SVG, styled by classes only (no inline style)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | float


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a bar: `kind` is a colour role (work, wait, warn, bad, good, rest)."""

    value: Number
    kind: str = "work"
    label: str = ""


def ring(percent: Number) -> SafeString:
    """The clock's ring; `percent` of the promise is used."""
    return _ring(max(0, min(100, round(percent))))


@cache
def _ring(used: int) -> SafeString:
    return format_html(
        '<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6"/>'
        '<circle cx="8" cy="8" r="6" pathLength="100" stroke-dasharray="{} 100"/></svg>',
        used,
    )


def spark(
    values: Sequence[Number],
    *,
    low: Number = 0,
    high: Number | None = None,
    label: str = "",
    hot: bool = False,
) -> SafeString:
    """A line of recent values without axes, 120 by 22."""
    width, height = 120, 22
    points = _points(values, width, height, low, high)
    if not points:
        return format_html('<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true"></svg>', width, height)
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    area = f"{line}L{points[-1][0]:.1f} {height}L{points[0][0]:.1f} {height}Z"
    return format_html(
        '<svg class="spark{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="fill" d="{}"/><path d="{}"/></svg>',
        " is-hot" if hot else "", width, height, label, area, line,
    )  # fmt: skip


def share_bar(
    parts: Sequence[Part], total: Number, *, label: str = "", mark: Number | None = None
) -> SafeString:
    """One horizontal bar of parts of `total`; `mark` draws an upright line at a value."""
    scale = 100 / total if total > 0 else 0
    rects, at = [], 0.0
    for part in parts:
        wide = max(0.0, min(part.value * scale, 100 - at))
        rects.append((part.kind, f"{at:.2f}", f"{wide:.2f}", part.label))
        at += wide
    drawn = format_html_join(
        "", '<rect class="c-{}" x="{}" width="{}" y="0" height="8"><title>{}</title></rect>', rects
    )
    line = SafeString("")
    if mark is not None:
        place = f"{min(mark * scale, 99.4):.2f}"
        line = format_html('<rect class="c-mark" x="{}" width=".6" y="0" height="8"/>', place)
    return format_html(
        '<svg class="sharebar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        "{}{}</svg>",
        label, drawn, line,
    )  # fmt: skip


def columns(
    series: Sequence[tuple[str, Sequence[Part]]], *, label: str = "", width: int = 520, height: int = 190
) -> SafeString:
    """Upright stacked columns with a few gridlines; `series` is (name, parts) per column."""
    left, bottom, top = 34, 24, 14
    peak = max((sum(p.value for p in parts) for _, parts in series), default=0)
    ticks = _ticks(peak)
    plot_height, plot_width = height - bottom - top, width - left
    step = plot_width / max(len(series), 1)
    body = []
    for index, (_, parts) in enumerate(series):
        y = float(height - bottom)
        for part in parts:
            tall = plot_height * part.value / ticks[-1]
            y -= tall
            if tall > 0:
                shown = max(tall - 1.5, 1)
                x = left + index * step + step * 0.15
                numbers = (f"{x:.1f}", f"{y + 1.5:.1f}", f"{step * 0.7:.1f}", f"{shown:.1f}")
                body.append((part.kind, *numbers, part.label))
    bars = format_html_join(
        "", '<rect class="c-{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}</title></rect>', body
    )
    every = max(1, len(series) // 10)
    names = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        [
            (f"{left + (i + 0.5) * step:.1f}", height - 6, name)
            for i, (name, _) in enumerate(series)
            if i % every == 0
        ],
    )
    return _framed(label, width, height, _grid(ticks, left, width, height - bottom, plot_height), bars, names)


def lines(
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[Number]]],
    *,
    label: str = "",
    width: int = 520,
    height: int = 190,
) -> SafeString:
    """Lines over the same `names` on the x axis; each line is labelled at its end."""
    left, right, bottom, top = 34, 74, 24, 14
    peak = max((value for _, values in series for value in values), default=0)
    ticks = _ticks(peak)
    plot_height = height - bottom - top
    count = max(len(names) - 1, 1)
    drawn, ends = [], []
    for index, (name, values) in enumerate(series):
        points = [
            (left + (width - left - right) * i / count, height - bottom - plot_height * value / ticks[-1])
            for i, value in enumerate(values)
        ]
        if points:
            drawn.append((index + 1, "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)))
            ends.append((index + 1, f"{points[-1][0] + 6:.1f}", points[-1][1] + 4, name))
    paths = format_html_join("", '<path class="l l-{}" d="{}"/>', drawn)
    labels = format_html_join(
        "",
        '<text class="e-{}" x="{}" y="{}">{}</text>',
        [(i, x, f"{y:.1f}", name) for i, x, y, name in _apart(ends)],
    )
    every = max(1, len(names) // 6)
    axis = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        [
            (f"{left + (width - left - right) * i / count:.1f}", height - 6, name)
            for i, name in enumerate(names)
            if i % every == 0
        ],
    )
    grid = _grid(ticks, left, width - right, height - bottom, plot_height)
    return _framed(label, width, height, grid, paths, labels, axis)


def _framed(label: str, width: int, height: int, *pieces: SafeString) -> SafeString:
    inner = SafeString("".join(pieces))
    return format_html(
        '<svg class="chart wide" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        width, height, label, inner,
    )  # fmt: skip


def _grid(ticks: list[float], left: int, right: int, base: int, plot_height: int) -> SafeString:
    rows = []
    for tick in ticks:
        y = base - plot_height * tick / ticks[-1]
        kind = "axis" if tick == 0 else "grid"
        rows.append((kind, left, f"{y:.1f}", right, left - 8, f"{y + 4:.1f}", f"{tick:g}"))
    return format_html_join(
        "", '<path class="{}" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>', rows
    )


def _ticks(peak: Number) -> list[float]:
    if peak <= 0:
        return [0, 1]
    step = 1.0
    while peak / step > 4:
        step = _next_step(step)
    count = int(-(-peak // step))
    return [step * i for i in range(count + 1)]


def _next_step(step: float) -> float:
    lead = int(f"{step:e}"[0])
    return step * (2.5 if lead == 2 else 2)


def _apart(ends: list[tuple[int, str, float, str]]) -> list[tuple[int, str, float, str]]:
    placed: list[tuple[int, str, float, str]] = []
    for index, x, y, name in sorted(ends, key=lambda end: end[2]):
        lowest = placed[-1][2] + 13 if placed else y
        placed.append((index, x, max(y, lowest), name))
    return placed


def _points(
    values: Sequence[Number], width: int, height: int, low: Number, high: Number | None
) -> list[tuple[float, float]]:
    top = high if high is not None else max(values, default=0)
    span = (top - low) or 1
    count = max(len(values) - 1, 1)
    return [
        (width * i / count, height - 1 - (height - 2) * max(0.0, min(1.0, (value - low) / span)))
        for i, value in enumerate(values)
    ]
