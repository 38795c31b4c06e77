"""One valid sample of every message, and strategies that make more."""

from typing import get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from firstline_protocol import messages as m
from firstline_protocol import schema, text
from firstline_protocol.enums import (
    CheckStatus,
    CollectKind,
    CommandKind,
    ConsentAnswer,
    ConsentPlace,
    DeviceState,
    FinishReason,
    Stream,
)
from firstline_protocol.identity import DEMO_GENESIS

ID = UUID("0190b2a4-0000-7000-8000-000000000001")
FACTS = m.MachineFacts("pc-7", "Debian", "12", "x86_64", "ab12")

SAMPLES = [
    m.Challenge(b"n" * 32, (1,)),
    m.SignedHello(b"body", b"s" * 64, b"t" * 16, b"m" * 32),
    m.Welcome(
        b"d" * 32, DeviceState.ACTIVE, "北辰", "pc-7", 10, 1_790_000_000_000, DEMO_GENESIS, 0, DEMO_GENESIS
    ),
    m.Refused("token_used"),
    m.RunCommand(ID, CommandKind.COMMAND, "df -h\n", 60, "Ana", "INC-42", "disk", ("command.run",)),
    m.Cancel(ID),
    m.Ack(ID, 3),
    m.Collect(CollectKind.INVENTORY),
    m.Ping(1),
    m.Pong(1, 2),
    m.Heartbeat(1, 10, 8, 4, 100, 50, 3600),
    m.Inventory(
        1,
        "pc-7",
        "Debian",
        "12",
        "6.1",
        "x86_64",
        "cpu",
        4,
        8,
        (m.Disk("/", "/dev/sda1", "ext4", 100, 50),),
        (m.NetworkInterface("eth0", "00:11", ("10.0.0.2",), is_up=True),),
        ("ana",),
    ),
    m.ConsentAsked(ID, 1, 5, 60),
    m.ConsentAnswered(ID, 2, 5, ConsentAnswer.ALLOWED, ConsentPlace.PAGE),
    m.CommandStarted(ID, 3, 5, "ana"),
    m.CommandOutput(ID, 4, 5, Stream.STDERR, b"\xff\x00"),
    m.CommandFinished(ID, 5, 5, FinishReason.EXITED, 12, 0),
    m.CommandRefused(ID, 1, 5, "user_refused"),
    m.DiagnosticsReport(ID, 4, 5, (m.Check("disk.space", CheckStatus.OK, "50 %\nfree", ("/",)),)),
]


def records(cls):
    """Any valid record of a message class, from its own declaration."""
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(
        cls,
        **{
            name: _values(hint.__metadata__[0].kind)
            for name, hint in hints.items()
            if hasattr(hint, "__metadata__")
        },
    )


def _values(kind):
    match kind:
        case schema.Uint():
            return st.integers(kind.minimum, kind.maximum)
        case schema.Flag():
            return st.booleans()
        case schema.Octets():
            return st.binary(min_size=kind.minimum, max_size=min(kind.maximum, kind.minimum + 40))
        case schema.Identifier():
            return st.uuids()
        case schema.Code():
            return st.sampled_from(["a", "token_used", "disk.space"])
        case schema.Text():
            short = st.text(min_size=kind.minimum, max_size=min(kind.maximum, 20))
            return short.map(_visible).filter(lambda value: kind.minimum <= len(value) <= kind.maximum)
        case schema.Choice():
            return st.sampled_from(kind.values)
        case schema.Many():
            return st.lists(_values(kind.kind), max_size=min(kind.maximum, 2)).map(tuple)
        case schema.Record():
            return records(kind.cls)
    raise AssertionError(kind)


def _visible(value):
    return "".join(
        character for character in value if text.is_shown_command(character) and character not in "\n\t"
    )
