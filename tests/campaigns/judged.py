"""What searches are tried on: the judged sets of `bench/search`, generated tickets, and ways of typing."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench import generate

from firstline.search.judging import JudgedDocument, JudgedQuery, read_documents, read_queries

ROOT = Path(__file__).resolve().parents[2]
SETS = ROOT / "bench" / "search"

_WORD = re.compile(r"[a-z][a-z]{3,}", re.IGNORECASE)
LONG_WORD = re.compile(r"\b[A-Za-z]{5,}\b", re.ASCII)
CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
_IDENTIFIER = re.compile(r"\w*\d[\w.-]{3,}|\w+[-.]\w+\d")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HOSTILE = (
    "", " ", "\x00\x01\x1b[2J", '"', '""', '"open quote', "((((", ") OR (", "a AND", "NOT", "NEAR(a b, 3)",
    "*", "a* b*", "-", "--", "- -a", "-vpn", ":", "status:", ":open", "::::", "status:open:open", "a:b:c:d",
    "' OR 1=1 --", "'; DROP TABLE search_fts; --", "%s %(x)s {0} {x}", "\\", "\\' \\\\' | & ! <->", "a & | b",
    "^(a+)+$", "(.*)*x", "[[:alpha:]]", "<script>alert(1)</script>", "&lt;&#0;", "\u202e\u200b\ufeff",
    "e\u0301" * 2000, "\ud7ff\uf8ff", "\U0001f469\u200d\U0001f467" * 500, "\ufdfa" * 1000, "a" * 10_000,
    "a " * 5_000, "的" * 10_000, "的 " * 5_000, "a-" * 5_000, "1." * 5_000, '"a" ' * 2_500, "x:y " * 2_500,
    "-x " * 3_000, "ab" * 5_000 + "打印机", " ".join(f"word{n}" for n in range(1_200)),
    " ".join(f"f{n}:{n}" for n in range(900)), "0x" * 4_000, "/" * 10_000,
)  # fmt: skip


def judged(name: str) -> list[JudgedQuery]:
    """The questions of `queries.en`, `queries.zh` or `tasks`."""
    return read_queries(SETS / f"{name}.jsonl")


def notes(name: str) -> list[dict[str, Any]]:
    """The rows of such a file as they are."""
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def documents(generated: int, seed: int = 11) -> list[JudgedDocument]:
    """The judged documents, and so many generated tickets with their three messages."""
    tickets = (line for line in generate.lines(generated, seed) if line["type"] == "ticket")
    return [
        *read_documents(SETS / "docs.jsonl"),
        *(
            JudgedDocument(
                f"generated-{line['id']}",
                line["subject"],
                "\n\n".join(message["body"] for message in line["messages"]),
            )
            for line in tickets
        ),
    ]


def mixed_queries(texts: Sequence[JudgedDocument], count: int, seed: int = 7) -> list[str]:
    """Judged queries, words and beginnings, typos, fragments, identifiers, both scripts, hostile ones."""
    choose = Random(seed)
    known = [query.text for name in ("queries.en", "queries.zh", "tasks") for query in judged(name)]
    found = choose.sample(known, min(count // 3, len(known)))
    found += [text for text in HOSTILE if len(text) < 500][: count // 8]
    makers = (_words, _typed, _mistyped, _fragment, _identifier, _both)
    while len(found) < count:
        text = choose.choice(makers)(choose, choose.choice(texts))
        if text:
            found.append(text)
    return found


def fragments(texts: Sequence[JudgedDocument], count: int, seed: int = 5) -> list[str]:
    """Pieces of two to six Chinese characters, cut anywhere out of the documents."""
    choose = Random(seed)
    runs = [run for each in texts for run in CHINESE.findall(f"{each.title}\n{each.text}")]
    return [cut(choose, choose.choice(runs)) for _ in range(count)]


def cut(choose: Random, run: str) -> str:
    """A piece of a run, of two to six characters."""
    length = choose.randint(2, min(6, len(run)))
    start = choose.randint(0, len(run) - length)
    return run[start : start + length]


def mistype(choose: Random, word: str) -> str:
    """A word with one letter left out, doubled, wrong, or swapped with the next; never the first."""
    place = choose.randrange(1, len(word) - 1)
    return choose.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + choose.choice(LETTERS.replace(word[place].lower(), "")) + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )


def _words(choose: Random, document: JudgedDocument) -> str:
    found = _WORD.findall(f"{document.title} {document.text}")
    return " ".join(choose.sample(found, min(len(found), choose.randint(1, 4))))


def _typed(choose: Random, document: JudgedDocument) -> str:
    text = document.title.strip()
    return text[: choose.randint(1, max(1, len(text)))]


def _mistyped(choose: Random, document: JudgedDocument) -> str:
    found = [word for word in _WORD.findall(document.title) if len(word) > 4]
    return " ".join(mistype(choose, word) for word in found[:2])


def _fragment(choose: Random, document: JudgedDocument) -> str:
    runs = CHINESE.findall(f"{document.title}\n{document.text}")
    return cut(choose, choose.choice(runs)) if runs else ""


def _identifier(choose: Random, document: JudgedDocument) -> str:
    found = _IDENTIFIER.findall(document.text)
    if not found:
        return ""
    whole = choose.choice(found)
    return choose.choice([whole, whole[: max(3, len(whole) // 2)], whole[len(whole) // 3 :]])


def _both(choose: Random, document: JudgedDocument) -> str:
    return " ".join(filter(None, [_fragment(choose, document), _words(choose, document)]))


def holding(texts: Sequence[JudgedDocument], fragment: str) -> Iterator[str]:
    """The ids of the documents that hold a fragment."""
    return (each.id for each in texts if fragment in each.title or fragment in each.text)
