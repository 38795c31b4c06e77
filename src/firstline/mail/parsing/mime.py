"""The tree of parts of a message, found with offsets in the raw bytes: bounded, linear, never raising."""

import binascii
import contextlib
import re
from dataclasses import dataclass, field

from firstline.mail.parsing.charsets import decode
from firstline.mail.parsing.headers import Headers, parse_parameters

HEADER_BYTES_MAX = 256 * 1024
PARTS_MAX = 1000
DEPTH_MAX = 25
_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_GUESSED_BOUNDARY = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,199})\r?\n(?=Content-)", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


@dataclass(slots=True)
class Part:
    """One entity: its headers, and where its body lies in the raw message."""

    headers: Headers
    raw: bytes
    start: int
    end: int
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    def data(self) -> bytes:
        """The body with its transfer encoding undone, as far as it can be."""
        body = self.raw[self.start : self.end]
        encoding = self.headers.raw("content-transfer-encoding").lower().strip(" ;\"'")
        if encoding == "base64":
            return _base64(body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
            return _uudecode(body)
        return body

    def text(self) -> str:
        """The body as text with `\\n` line ends."""
        text = decode(self.data(), self.parameters.get("charset", ""))
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    def leaves(self) -> list["Part"]:
        """All parts without children below this one, in order."""
        found: list[Part] = []
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.children:
                waiting.extend(reversed(part.children))
            else:
                found.append(part)
        return found


@dataclass(slots=True)
class Tree:
    """The whole message; `fault` is a code of `enums.REASONS` where it broke a limit."""

    root: Part
    fault: str = ""
    part_count: int = 1

    def grow(self, part: Part, depth: int) -> None:
        """Find the children of `part` and theirs, within the limits."""
        spans = _spans(part) if part.content_type.startswith("multipart/") else []
        if spans and depth >= DEPTH_MAX:
            self.fault = self.fault or "too_deep"
            return
        for start, end in spans:
            self.part_count += 1
            if self.part_count > PARTS_MAX:
                self.fault = self.fault or "too_many_parts"
                return
            child, is_too_large = _entity(part.raw, start, end)
            if is_too_large:
                self.fault = self.fault or "header_too_large"
            part.children.append(child)
            self.grow(child, depth + 1)


def read_tree(raw: bytes) -> Tree:
    """The parts of a raw message."""
    start = 0
    if raw.startswith((b"From ", b">From ")):  # the separator line of an mbox
        start = raw.find(b"\n") + 1
    root, is_too_large = _entity(raw, start, len(raw))
    tree = Tree(root, "header_too_large" if is_too_large else "")
    tree.grow(root, 0)
    return tree


def _entity(raw: bytes, start: int, end: int) -> tuple[Part, bool]:
    """The entity between two offsets, and whether its header is larger than we read."""
    if raw[start : start + 1] in {b"\n", b"\r"}:
        head_end, body = start, start + (2 if raw[start : start + 2] == b"\r\n" else 1)
        is_too_large = False
    else:
        limit = min(end, start + HEADER_BYTES_MAX)
        match = _HEADER_END.search(raw, start, limit)
        head_end, body = (match.start(), match.end()) if match else (limit, limit)
        is_too_large = match is None and limit < end
    headers = Headers(raw[start:head_end])
    if not headers.fields and head_end > start:
        body = start  # no header at all: everything is text
    part = Part(headers, raw, min(body, end), end)
    main, part.parameters = parse_parameters(headers.raw("content-type"))
    if _TYPE.fullmatch(main):
        part.content_type = main
    part.disposition, disposition_parameters = parse_parameters(headers.raw("content-disposition"))
    part.filename = disposition_parameters.get("filename", "") or part.parameters.get("name", "")
    return part, is_too_large


def _spans(part: Part) -> list[tuple[int, int]]:
    """Where the parts of a multipart begin and end; none when its boundary does not occur."""
    boundary = part.parameters.get("boundary", "").strip()[:200].encode("utf-8", "replace")
    spans = _cut(part, boundary) if boundary else []
    if spans:
        return spans
    guess = _GUESSED_BOUNDARY.search(part.raw, part.start, min(part.end, part.start + 65536))
    return _cut(part, guess.group(1).rstrip()) if guess else []


def _cut(part: Part, boundary: bytes) -> list[tuple[int, int]]:
    raw, delimiter = part.raw, b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    at = raw.find(delimiter, part.start, part.end)
    while at >= 0 and len(spans) <= PARTS_MAX:
        after = at + len(delimiter)
        # A window, so that many delimiters on one endless line stay cheap.
        newline = raw.find(b"\n", after, min(part.end, after + 200))
        line_end = newline + 1 if newline >= 0 else part.end
        rest = raw[after : min(line_end, after + 200)].strip()
        is_line = (at == part.start or raw[at - 1 : at] in {b"\n", b"\r"}) and rest in {b"", b"--"}
        if is_line:
            if opened is not None:
                spans.append((opened, _before_newline(raw, opened, at)))
            opened = line_end
            if rest == b"--":
                return spans
        at = raw.find(delimiter, line_end if is_line else after, part.end)
    if opened is not None and opened < part.end:
        spans.append((opened, part.end))  # the closing line is missing
    return spans


def _before_newline(raw: bytes, start: int, end: int) -> int:
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
    if end > start and raw[end - 1 : end] == b"\r":
        end -= 1
    return end


def _base64(body: bytes) -> bytes:
    data = body.translate(None, _NOT_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    with contextlib.suppress(binascii.Error):
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    return b""


def _uudecode(body: bytes) -> bytes:
    out: list[bytes] = []
    for line in body.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        with contextlib.suppress(binascii.Error):
            out.append(binascii.a2b_uu(line))
    return b"".join(out)
