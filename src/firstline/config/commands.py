"""Product commands: `./firstline NOUN VERB …`, each a management command of its slice."""

import os
import sys

import django
from django.core.management import CommandError, get_commands, load_command_class
from django.utils import translation

from firstline.config import faults
from firstline.config.words import chinese_locale

NOUNS = ("audit", "backup", "device", "import", "mail", "search", "sla", "translations", "alert")


def main(arguments: list[str]) -> int:
    """Run one command in the terminal's language; non-zero on failure, which is one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last one to answer for it, in one sentence
        return faults.tell(" ".join(arguments[:2]), error)


def _run(arguments: list[str]) -> int:
    django.setup()
    noun = arguments[0]
    known = get_commands()
    if noun not in NOUNS or noun not in known:
        print(f"firstline: there is no command {noun!r}; ./firstline --help lists them.", file=sys.stderr)
        return 2
    language = "zh-hans" if chinese_locale() else "en"
    with translation.override(language):
        command = load_command_class(known[noun], noun)
        try:
            parser = command.create_parser("./firstline", noun)
            options = vars(parser.parse_args(arguments[1:]))
            positional = options.pop("args", ())
            command.execute(*positional, **options)
        except CommandError as error:
            print(f"firstline: {error}", file=sys.stderr)
            return error.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
