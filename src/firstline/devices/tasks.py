"""Periodic work of devices."""

from datetime import timedelta

from firstline.devices import actions
from firstline.kit import clock
from firstline.outbox.events import Context, periodic

SILENT_AFTER = timedelta(minutes=2)


@periodic("devices.sweep_samples", seconds=3600)
def sweep_samples(context: Context) -> None:
    """Health history past its time goes."""
    actions.sweep_samples()


@periodic("devices.mark_silent", seconds=60)
def mark_silent(context: Context) -> None:
    """A gateway that died could not say that its devices went off line."""
    actions.mark_silent(clock.now() - SILENT_AFTER)
