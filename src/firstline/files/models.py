"""The table of stored files; the bytes lie in the data folder under the same id."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.functional import Promise

from firstline.files.enums import ERRORS, TextState
from firstline.kit import ids


class StoredFile(models.Model):
    """A file somebody gave us.

    Not yet part of anything while `kind` is empty; such a file is removed after a day.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # Sniffed from the bytes; what the sender claimed is not kept.
    content_type = models.CharField(max_length=100)
    organization_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    created_by_kind = models.CharField(max_length=12)
    created_by_id = models.BigIntegerField(null=True)
    # What it belongs to, as an object reference: ("ticket", 42).
    kind = models.CharField(max_length=40, default="")
    ref_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "ref_id"], name="files_stored_ref"),
            models.Index(fields=["created_at"], name="files_stored_created"),
        ]

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return path_of(self.id.hex)

    @property
    def is_image(self) -> bool:
        """Whether a browser may show it in a page."""
        return self.content_type in INLINE_TYPES

    @property
    def served_type(self) -> str:
        """The media type with which the bytes leave: text is never guessed to be markup."""
        return (
            f"{self.content_type}; charset=utf-8" if self.content_type == "text/plain" else self.content_type
        )

    @property
    def url(self) -> str:
        return f"/files/{self.id}/"

    @property
    def text_problem(self) -> str | Promise:
        """Why the words in it cannot be searched; "" where they can, or where nobody looked (yet)."""
        words = getattr(self, "words", None)
        if words is None or words.state != TextState.FAILED:
            return ""
        return ERRORS.get(words.problem, ERRORS["text_crashed"])


class FileText(models.Model):
    """The words of a file, for search; or the code of why they are not known. Never changes."""

    file = models.OneToOneField(StoredFile, models.CASCADE, primary_key=True, related_name="words")
    state = models.CharField(max_length=8, choices=TextState)
    problem = models.CharField(max_length=30, blank=True)
    is_cut = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    read_at = models.DateTimeField()


INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def files_dir() -> Path:
    """The folder of all stored files."""
    return Path(settings.FIRSTLINE_DATA_DIR) / "files"


def path_of(hex_id: str) -> Path:
    """The path of the file with this id; two levels keep folders small (the end of a v7 id is random)."""
    return files_dir() / hex_id[-2:] / hex_id[-4:-2] / hex_id
