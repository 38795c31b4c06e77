"""What can be found: one document for each ticket, article, person or device.

Other slices import `Document` from `search.actions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Document:
    """One findable thing; messages, notes and attachments are parts of their ticket's document.

    Who holds one of the `visibility` tokens ("org:3", "team:5", "person:9", "provider") finds it
    by title, text, identifiers, names and fields; with no token, nobody does. Who also holds one
    of the `restricted_visibility` tokens finds it by `restricted_text` as well: for everybody
    else those words do not exist, neither in results nor in counts, facets, snippets or ranks.

    `identifiers` (INC-42, a host name, serial number, address) are found whole, in part and from
    the start; `names` and the title also by pinyin and by its initials. `fields` are what
    filters and facets go by: {"status": ["open"], "team": ["网络"], "device": ["LT-042"]}.
    `changed_at` favours what is fresh, mildly.
    """

    kind: str
    object_id: int
    organization_id: int | None
    title: str
    text: str
    visibility: Sequence[str]
    restricted_text: str = ""
    restricted_visibility: Sequence[str] = ()
    identifiers: Sequence[str] = ()
    names: Sequence[str] = ()
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    changed_at: datetime | None = None
