import re

from firstline.ui import charts
from firstline.ui.charts import Part


def test_the_ring_stays_between_nothing_and_all() -> None:
    drawn = [re.search(r'dasharray="(\d+) 100"', charts.ring(p)).group(1) for p in (-5, 46.4, 260)]

    assert drawn == ["0", "46", "100"]


def test_a_share_bar_never_passes_its_end() -> None:
    html = charts.share_bar([Part(80), Part(90, "bad")], 100, label="load", mark=100)

    assert re.findall(r'<rect class="c-(\w+)" x="([\d.]+)" width="([\d.]+)"', html) == [
        ("work", "0.00", "80.00"), ("bad", "80.00", "20.00"), ("mark", "99.40", ".6"),
    ]  # fmt: skip


def test_charts_of_nothing_are_drawn() -> None:
    for html in (
        charts.spark([]),
        charts.columns([]),
        charts.lines([], [("in", [])]),
        charts.share_bar([], 0),
    ):
        assert html.startswith("<svg")
        assert "nan" not in html


def test_words_are_escaped_and_nothing_is_styled_inline() -> None:
    html = charts.columns([("<b>", [Part(3, "work", "<i>")])]) + charts.lines(["a", "b"], [("<u>", [1, 2])])

    assert not re.search(r"<[biu]>", html)
    assert "style=" not in html


def test_gridlines_are_round_numbers() -> None:
    labels = re.findall(
        r'text-anchor="end">([\d.]+)<', charts.columns([("Mon", [Part(7)]), ("Tue", [Part(11)])])
    )

    assert labels == ["0", "5", "10", "15"]


def test_labels_at_line_ends_do_not_overlap() -> None:
    html = charts.lines(["a", "b"], [("in", [1, 10]), ("out", [1, 10])])

    heights = [float(y) for y in re.findall(r'class="e-\d" x="[\d.]+" y="([\d.]+)"', html)]
    assert abs(heights[0] - heights[1]) >= 13
