"""A reference to a record of any slice, with a label that outlives it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ref:
    """`kind` is the record's noun ("ticket"), `label` what a person calls it ("INC-42")."""

    kind: str
    id: int
    label: str = ""

    @property
    def topic(self) -> str:
        """The push topic on which changes of this record are announced."""
        return f"{self.kind}:{self.id}"
