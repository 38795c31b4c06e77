"""What the files slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("files.text_read")
@dataclass(frozen=True, slots=True)
class TextRead:
    """The words of a file are known now, or why not; `kind` and `ref_id` say to what it belongs."""

    file_id: str
    kind: str
    ref_id: int
