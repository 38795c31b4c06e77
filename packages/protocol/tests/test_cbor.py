"""The strict encoding: one value, one encoding, and no other bytes accepted."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firstline_protocol import cbor
from firstline_protocol.errors import ProtocolError

VALUES = st.recursive(
    st.booleans() | st.integers(0, cbor.INTEGER_MAX) | st.binary(max_size=300) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.integers(0, 255), inner, max_size=5),
    max_leaves=10,
)

GOOD = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("190100", 256),
    ("1a00010000", 65536),
    ("1b0000000100000000", 2**32),
    ("1b001fffffffffffff", 2**53 - 1),
    ("40", b""),
    ("66e5a3b0e99fb3", "声音"),
    ("f5", True),
    ("f4", False),
    ("82018102", [1, [2]]),
    ("a400011761611818416218c881f5", {0: 1, 23: "a", 24: b"b", 200: [True]}),
]

BAD = {
    "empty": "",
    "not shortest": "1805",
    "not shortest in two bytes": "190018",
    "keys not ascending": "a202010101",
    "duplicate key": "a201010102",
    "text key": "a1616101",
    "key over 255": "a119010001",
    "trailing bytes": "0100",
    "too deep": "81" * 20 + "00",
    "indefinite array": "9fff",
    "indefinite bytes": "5f4101ff",
    "float": "fb3ff1000000000000",
    "negative": "20",
    "tag": "c001",
    "null": "f6",
    "bad UTF-8": "61ff",
    "surrogate": "63eda080",
    "beyond 2^53-1": "1bffffffffffffffff",
    "array longer than the bytes": "9affffffff",
    "map longer than the bytes": "baffffffff",
    "bytes longer than the bytes": "5affffffff",
}


@pytest.mark.parametrize(("encoded", "value"), GOOD)
def test_known_values_have_known_bytes(encoded, value):
    assert cbor.encode(value).hex() == encoded
    assert cbor.decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize("encoded", BAD.values(), ids=BAD.keys())
def test_other_bytes_are_refused(encoded):
    with pytest.raises(ProtocolError) as caught:
        cbor.decode(bytes.fromhex(encoded))

    assert caught.value.code == "not_canonical"


@settings(max_examples=60)
@given(VALUES)
def test_every_value_comes_back(value):
    try:
        encoded = cbor.encode(value)
    except ProtocolError:
        assume(False)

    assert cbor.decode(encoded) == value


@given(st.binary(max_size=60))
def test_accepted_bytes_are_what_encode_writes(data):
    try:
        value = cbor.decode(data)
    except ProtocolError:
        return

    assert cbor.encode(value) == data


@pytest.mark.parametrize("value", [-1, 2**53, 1.5, None, {"a": 1}, {256: 1}, {True: 1}, "\ud800", {1}])
def test_values_outside_the_subset_are_not_encoded(value):
    with pytest.raises(ProtocolError) as caught:
        cbor.encode(value)

    assert caught.value.code == "not_encodable"


def test_depth_is_limited_when_writing():
    value = 0
    for _ in range(9):
        value = [value]

    with pytest.raises(ProtocolError):
        cbor.encode(value)


def test_size_is_limited():
    with pytest.raises(ProtocolError) as caught:
        cbor.decode(b"\x00" * 11, size_bytes_max=10)

    assert caught.value.code == "frame_too_large"
