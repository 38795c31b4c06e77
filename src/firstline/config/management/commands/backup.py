"""`./firstline backup create|restore FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from firstline.config import backup, folder


class Command(BaseCommand):
    """Backs the whole installation up into one file, and restores it."""

    help = "Back everything up into one file, or restore it. / 整站备份为一个文件，或从备份恢复。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, text in (
            ("create", "write a backup, while the service runs / 生成备份，服务无需停机"),
            ("restore", "replace this installation by a backup / 用备份恢复，需先停止服务"),
        ):
            verbs.add_parser(verb, help=text).add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verb"] == "create":
                counts = backup.create(options["file"])
                self.stdout.write(_("Backed up: %(file)s") % {"file": options["file"]} + f" {counts}")
                return
            from django.conf import settings

            folder.claim(Path(settings.FIRSTLINE_DATA_DIR))
            backup.restore(options["file"])
            self.stdout.write(_("Restored from %(file)s") % {"file": options["file"]})
        except folder.FolderRefused as refusal:
            raise CommandError(_("Stop Firstline before you restore a backup.")) from refusal
        except backup.BackupFault as fault:
            raise CommandError(str(fault)) from fault
