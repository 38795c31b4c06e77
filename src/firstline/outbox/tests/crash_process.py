"""What the crash test kills: a process that acknowledges work, dispatches, runs and seals it.

Run as `python -m firstline.outbox.tests.crash_process DATABASE NAME`; prints a line per acknowledged
piece of work, and goes on until it is killed.
"""

import os
import sys
from dataclasses import dataclass

# Longer than a busy machine lets a live worker wait for its turn: only the dead lose their leases.
LEASE_SECONDS = 5.0
# Where the failpoint is never reached the process ends by itself and the test fails.
COUNT_MAX = 2000


def main(database: str, name: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "firstline.config.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()

    from firstline.audit.actions import record
    from firstline.kit.actor import SYSTEM
    from firstline.kit.refs import Ref
    from firstline.outbox.actions import publish, transaction
    from firstline.outbox.worker import Worker

    declare()
    worker = Worker(threads=2, lease_seconds=LEASE_SECONDS)
    worker.start()
    for number in range(COUNT_MAX):
        with transaction():
            record(actor=SYSTEM, verb="crash.asked", ref=Ref("crash", number), reason=f"{name}-{number}")
            publish(Asked(f"{name}-{number}"), actor=SYSTEM)
        print(f"{name}-{number}", flush=True)  # noqa: T201
    worker.stop()


@dataclass(frozen=True)
class Asked:
    name: str


def declare() -> None:
    """The event and its handler, whose effect happens once however often it runs."""
    from firstline.audit.actions import record
    from firstline.audit.models import AuditRecord
    from firstline.kit.refs import Ref
    from firstline.outbox.actions import transaction
    from firstline.outbox.events import Context, event, handles

    event("crash.asked")(Asked)

    @handles(Asked, name="crash.answer")
    def answer(asked: Asked, context: Context) -> None:
        with transaction():
            if AuditRecord.objects.filter(verb="crash.answered", causal_id=context.event_id).exists():
                return
            record(actor=context.actor, verb="crash.answered", ref=Ref("crash", 0), reason=asked.name)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
