"""`translations compile|check|update`: keeps every slice's Chinese catalogue complete."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstline.ui import i18n


class Command(BaseCommand):
    help = "Compile, check or update the translations of every slice."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", choices=["compile", "check", "update"])
        parser.add_argument("slices", nargs="*", help="only these slices")

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["slices"] or i18n.slices()
        getattr(self, f"_{options['task']}")(names)

    def _compile(self, names: list[str]) -> None:
        self.stdout.write(f"{len(i18n.compile_all())} catalogues compiled")

    def _update(self, names: list[str]) -> None:
        for name in names:
            added, removed = i18n.update(name)
            if added or removed:
                self.stdout.write(f"{name}: {added} added, {removed} removed")

    def _check(self, names: list[str]) -> None:
        faults = [fault for name in names for fault in i18n.faults(name)]
        for fault in faults:
            self.stderr.write(f"{fault.slice}: {fault.problem}: {fault.msgid}")
        if faults:
            raise CommandError(f"{len(faults)} faults")
        self.stdout.write("All translations are complete")
