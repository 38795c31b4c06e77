"""What the crash test kills: the SMTP door of a service, in a process of its own.

Run as `python -m firstline.mail.tests.crash_process DATABASE`; prints its port and serves until killed.
"""

import os
import sys


def main(database: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "firstline.config.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()

    from firstline.mail import listener

    print(listener.start(0), flush=True)  # noqa: T201
    sys.stdin.read()
    listener.stop()


if __name__ == "__main__":
    main(sys.argv[1])
