# ruff: noqa: N802 -- SAX calls its handlers by these names
"""Text of docx, xlsx and pptx: zipped XML, read as a stream and never as a tree."""

import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from firstline.files.extracting.output import Collected, Unreadable

UNPACKED_BYTES_MAX = 128 * 2**20
MEMBERS_MAX = 20_000
SHARED_CHARS_MAX = 8 * 2**20
_CHUNK_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_SLIDE = re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)(\d+)\.xml")


def read_office(stream: IO[bytes], collected: Collected) -> None:
    """The words of a document, the cells of a workbook or the lines of slides."""
    if stream.read(8) == _OLE:  # What office programs make of a document with a password.
        raise Unreadable("text_encrypted")
    try:
        with zipfile.ZipFile(stream) as package:
            _Package(package).read(collected)
    except (zipfile.BadZipFile, EOFError, SAXException, KeyError, NotImplementedError) as error:
        raise Unreadable("text_damaged") from error
    except DefusedXmlException as error:
        raise Unreadable("text_hostile") from error
    except RuntimeError as error:  # zipfile's word for a member with a password.
        raise Unreadable("text_encrypted") from error


class _Package:
    """One package and how much of it has been unpacked."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self._names = package.namelist()
        self._left = UNPACKED_BYTES_MAX
        if len(self._names) > MEMBERS_MAX:
            raise Unreadable("text_too_big")

    def read(self, collected: Collected) -> None:
        names = set(self._names)
        if "word/document.xml" in names:
            for name in self._matching(_WORD, first="word/document.xml"):
                self._parse(name, _Paragraphs(collected))
        elif "xl/workbook.xml" in names:
            strings = _Strings()
            if "xl/sharedStrings.xml" in names:
                self._parse("xl/sharedStrings.xml", strings)
            for name in self._matching(_SHEET):
                self._parse(name, _Cells(collected, strings.found))
        elif "ppt/presentation.xml" in names:
            for name in self._matching(_SLIDE):
                self._parse(name, _Paragraphs(collected))
        else:
            raise Unreadable("text_unknown")

    def _matching(self, pattern: re.Pattern[str], first: str = "") -> list[str]:
        found = {name for name in self._names if pattern.fullmatch(name)}
        return sorted(found, key=lambda name: (name != first, len(name), name))

    def _parse(self, name: str, handler: ContentHandler) -> None:
        parser = make_parser()
        parser.forbid_dtd = True
        parser.setContentHandler(handler)
        for chunk in self._chunks(name):
            parser.feed(chunk)
        parser.close()

    def _chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a member; what it claims to hold counts for nothing, what comes out is counted."""
        with self._package.open(name) as member:
            while chunk := member.read(_CHUNK_BYTES):
                self._left -= len(chunk)
                if self._left < 0:
                    raise Unreadable("text_too_big")
                yield chunk


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Paragraphs(ContentHandler):
    """Text runs of Word and PowerPoint, a line for each paragraph."""

    def __init__(self, collected: Collected) -> None:
        super().__init__()
        self._collected = collected
        self._in_text = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        local = _local(name)
        self._in_text = local == "t"
        if local in {"tab", "br"}:
            self._collected.add(" ")

    def endElement(self, name: str) -> None:
        self._in_text = False
        if _local(name) in {"p", "tc"}:
            self._collected.add("\n")

    def characters(self, content: str) -> None:
        if self._in_text:
            self._collected.add(content)


class _Strings(ContentHandler):
    """The strings that the cells of a workbook share."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._left = SHARED_CHARS_MAX
        self._current: list[str] = []
        self._in_text = False
        self._in_phonetic = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        local = _local(name)
        if local == "si":
            self._current = []
        elif local == "rPh":
            self._in_phonetic = True
        self._in_text = local == "t"

    def endElement(self, name: str) -> None:
        local = _local(name)
        self._in_text = False
        if local == "rPh":
            self._in_phonetic = False
        elif local == "si":
            self.found.append("".join(self._current))

    def characters(self, content: str) -> None:
        if self._in_text and not self._in_phonetic and self._left > 0:
            self._left -= len(content)
            self._current.append(content)


class _Cells(ContentHandler):
    """Cells of one sheet: tabs between them, a line for each row."""

    def __init__(self, collected: Collected, strings: list[str]) -> None:
        super().__init__()
        self._collected = collected
        self._strings = strings
        self._kind = ""
        self._value: list[str] = []
        self._in_value = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        local = _local(name)
        if local == "c":
            self._kind = attrs.get("t", "")
            self._value = []
        self._in_value = local in {"v", "t"}

    def endElement(self, name: str) -> None:
        local = _local(name)
        self._in_value = False
        if local == "row":
            self._collected.add("\n")
        elif local == "c":
            self._finish_cell()

    def characters(self, content: str) -> None:
        if self._in_value:
            self._value.append(content)

    def _finish_cell(self) -> None:
        text = "".join(self._value)
        if self._kind == "s":
            position = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1
            text = self._strings[position] if 0 <= position < len(self._strings) else ""
        if text:
            self._collected.add(f"{text}\t")
