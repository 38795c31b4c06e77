"""The launcher tries a few failed tests again, names those that then pass, and lets nothing else through."""

from pathlib import Path

import pytest
from launcher import testing
from launcher.testing import Tally

UNSTEADY = """
from pathlib import Path

def test_first_time_fails():
    mark = Path(__file__).with_suffix(".ran")
    was_there = mark.exists()
    mark.touch()
    assert was_there

def test_always_passes():
    pass
"""
BROKEN = "def test_always_fails():\n    assert False\n"
MANY = "import pytest\n@pytest.mark.parametrize('n', range(4))\ndef test_fails(n):\n    assert False\n"


def _tally(folder: Path, **modules: str) -> Tally:
    for name, text in modules.items():
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
    tally = Tally()
    command = testing._pytest(str(folder), "-p", "no:cacheprovider", "-p", "no:randomly")
    tally.run("Some", command)
    return tally


def test_what_passes_at_the_second_attempt_passes_and_is_named(tmp_path: Path) -> None:
    tally = _tally(tmp_path, unsteady=UNSTEADY)

    assert (tally.passed, tally.failed) == (2, 0)
    assert "unsteady, passed at the second attempt" in tally.summary()
    assert "test_first_time_fails" in tally.summary()


def test_what_fails_again_fails(tmp_path: Path) -> None:
    tally = _tally(tmp_path, unsteady=UNSTEADY, broken=BROKEN)

    assert (tally.passed, tally.failed) == (2, 1)
    assert "test_always_fails" not in tally.summary()


@pytest.mark.parametrize(
    "text", [MANY, "raise RuntimeError('not collected')", ""], ids=["many", "broken", "none"]
)
def test_many_failures_a_broken_module_and_nothing_at_all_fail(tmp_path: Path, text: str) -> None:
    tally = _tally(tmp_path, module=text)

    assert tally.passed == 0
    assert tally.failed >= 1
    assert not tally.unsteady
