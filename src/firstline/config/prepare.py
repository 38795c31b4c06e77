"""Brings the data folder up to date before the service starts: backup, migrations, demonstration data."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

from firstline.config import faults


def main(arguments: list[str] | None = None) -> int:
    """0 when the service may start; otherwise one sentence on standard error and not 0."""
    parser = argparse.ArgumentParser(prog="prepare")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--reset-demo", action="store_true")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")
    try:
        return _prepare(with_demo=options.demo, reset_demo=options.reset_demo)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last one to answer for it, in one sentence
        return faults.tell("prepare", error)


def _prepare(*, with_demo: bool, reset_demo: bool) -> int:
    django.setup()

    from firstline.config import upgrade

    try:
        with _step("translations", "界面语言") as note:
            note(_compile_translations())
        if reset_demo:
            upgrade.remove_demo_database()
        pending = upgrade.check()
        if pending:
            with _step("database", "数据库"):
                upgrade.migrate()
        if with_demo:
            _load_demo()
        else:
            _stay_without_demo()
    except upgrade.UpgradeRefused as refusal:
        print(f"firstline: {refusal}", file=sys.stderr)
        return 1
    return 0


def _stay_without_demo() -> None:
    """A folder that was started empty never gets the demonstration later, half set up or not."""
    from django.conf import settings

    data = Path(settings.FIRSTLINE_DATA_DIR)
    if not (data / "demo").exists():
        (data / "no-demo").touch()


def _load_demo() -> None:
    from django.conf import settings

    from firstline.organizations.queries import installation

    marker = Path(settings.FIRSTLINE_DATA_DIR) / "demo"
    current = installation()
    if marker.exists() or current.is_set_up or (marker.parent / "no-demo").exists():
        return
    from firstline.demo.actions import load_demo

    with _step("demo organisation", "演示数据"):
        password = load_demo()
        marker.touch(mode=0o600)
        marker.write_text(password, encoding="utf-8")


def _compile_translations() -> bool:
    from firstline.ui.i18n import compile_all

    return bool(compile_all())


class _step:  # noqa: N801 - reads as a statement
    """Prints a step's name and time once it took longer than an eye-blink."""

    def __init__(self, english: str, chinese: str) -> None:
        from firstline.config.words import chinese_locale

        self.name = chinese if chinese_locale() else english
        self.quiet = False

    def __enter__(self) -> Callable[[bool], None]:
        self.start = time.monotonic()

        def note(changed: bool) -> None:
            self.quiet = not changed

        return note

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None and not self.quiet:
            print(f"  ✓ {self.name} ({time.monotonic() - self.start:.1f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
