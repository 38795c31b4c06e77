"""Ports for the services of tests: below those that the system hands out by itself.

A service that is killed and started again takes the same port twice. Between, no connection that
leaves this machine can have been given it.
"""

import random
import socket

_FIRST, _END = 15_000, 32_000
_given: set[int] = set()


def free_port() -> int:
    """A port on which nobody listens, another one each time."""
    # Not from the seed of a test: two runs beside each other must differ.
    for port in random.SystemRandom().sample(range(_FIRST, _END), 1_000):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise AssertionError("no port is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True
