"""Run as a module on a filled data folder: makes the whole index anew; prints the seconds it took."""

import time

import django


def main() -> None:
    django.setup()
    from firstline.kit.actor import SYSTEM
    from firstline.search.rebuild_actions import drive

    start = time.monotonic()
    rebuild = drive(actor=SYSTEM)
    print(f"{time.monotonic() - start:.1f} {rebuild.done}")


if __name__ == "__main__":
    main()
