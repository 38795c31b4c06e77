"""Files for tests, harmless and hostile, made by hand."""

import io
import zipfile
import zlib
from collections.abc import Mapping

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

_FONT = DictionaryObject(
    {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
)


def package(members: Mapping[str, str]) -> bytes:
    """A zip file as office programs write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A Word document of these paragraphs."""
    runs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return package({"word/document.xml": f'<w:document xmlns:w="urn:w"><w:body>{runs}</w:body></w:document>'})


def zip_bomb(mb: int = 160) -> bytes:
    """A Word document that is megabytes of blanks once unpacked."""
    return package({"word/document.xml": "<a>" + " " * (mb * 2**20) + "</a>"})


def billion_laughs() -> bytes:
    """XML whose entities multiply without end."""
    rows = ['<!ENTITY l0 "lol">']
    rows += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return package({"word/document.xml": f"<!DOCTYPE l [{''.join(rows)}]><l>&l9;</l>"})


def pdf(text: str = "Hello", *, password: str = "", bomb_mb: int = 0) -> bytes:
    """One page with a line of text, locked with `password`, or whose page unpacks to `bomb_mb`."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    content: StreamObject = DecodedStreamObject()
    content.set_data(f"BT /F1 24 Tf 50 100 Td ({text}) Tj ET".encode())
    if bomb_mb:
        content = StreamObject()
        content._data = zlib.compress(b" " * (bomb_mb * 2**20))
        content[NameObject("/Filter")] = NameObject("/FlateDecode")
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): _FONT})}
    )
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
