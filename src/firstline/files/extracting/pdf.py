"""Text of PDF files."""

import logging
from typing import IO

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PdfReadError, PyPdfError

from firstline.files.extracting.output import Collected, Unreadable

PAGES_MAX = 500


def read_pdf(stream: IO[bytes], collected: Collected) -> None:
    """The words of each page; a file that opens without a password is read though it is locked."""
    logging.disable(logging.CRITICAL)
    try:
        reader = PdfReader(stream, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("text_encrypted")
        for number, page in enumerate(reader.pages):
            if number >= PAGES_MAX:
                collected.is_cut = True
                return
            collected.add(page.extract_text() + "\n")
    except FileNotDecryptedError as error:
        raise Unreadable("text_encrypted") from error
    except LimitReachedError as error:
        raise Unreadable("text_too_big") from error
    except (PdfReadError, PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        # The library meets broken objects with whatever its own code stumbles over.
        if not collected.text:
            raise Unreadable("text_damaged") from error
        collected.is_cut = True
