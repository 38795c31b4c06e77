"""The forms of a page, as a browser would find and fill them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class Form:
    """Where a form goes and what a person who changes nothing would send."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def filled(self, **changes: str) -> dict[str, list[str]]:
        """What is sent when these fields are changed."""
        return self.fields | {name: [value] for name, value in changes.items()}


class _Reader(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here = here
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select: tuple[str, list[str]] | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        target = given.get("hx-post") or (given.get("action", "") if given.get("method") == "post" else None)
        if tag == "form" and (target is not None or given.get("method", "").lower() == "post"):
            self._form = Form(urljoin(self.here, target or ""))
            self.found.append(self._form)
        elif tag != "form" and given.get("hx-post"):
            alone = Form(urljoin(self.here, given["hx-post"]))
            if given.get("name"):
                alone.fields[given["name"]] = [given.get("value", "")]
            self.found.append(alone)
        if self._form is not None and given.get("name"):
            self._take(tag, given)
        elif tag == "option" and self._select is not None and "selected" in given:
            self._select[1].append(given.get("value", ""))

    def _take(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = given["name"], given.get("type", "")
        if tag == "select":
            self._select = (name, self._form.fields.setdefault(name, []))
        elif tag == "textarea":
            self._area = name
            self._form.fields[name] = [""]
        elif kind == "file":
            self._form.files.append(name)
        elif kind in {"checkbox", "radio"}:
            chosen = self._form.fields.setdefault(name, [])
            if "checked" in given:
                chosen.append(given.get("value", "on"))
        elif tag in {"input", "button"} and kind != "submit":
            self._form.fields[name] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            self._form.fields[self._area] = [data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def forms_of(page: bytes, here: str) -> Iterator[Form]:
    """Every form that is posted, without the one that ends the session."""
    reader = _Reader(here)
    reader.feed(page.decode(errors="replace"))
    for form in reader.found:
        form.fields.pop("csrfmiddlewaretoken", None)
        form.action = urlsplit(form.action)._replace(scheme="", netloc="", fragment="").geturl()
        yield form
