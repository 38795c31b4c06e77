"""The judged sets through the engine, as Markdown: by language, by class of question, and the tasks.

    python bench/search/score.py [--misses] [--database postgresql]

`--misses` lists every question whose first hit is not among the first three, for who tunes the ranker.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = [HERE.parents[1] / part for part in ("src", "packages/protocol/src", "packages/agent/src")]
for folder in SOURCES:
    sys.path.insert(0, str(folder))
os.environ["PYTHONPATH"] = os.pathsep.join(map(str, SOURCES))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")

import django  # noqa: E402

LANGUAGES = {"en": "English", "zh": "Chinese"}
FIRST = 3


def main() -> None:
    parser = argparse.ArgumentParser(description="The judged sets through the engine")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--misses", action="store_true", help="list what is not among the first three")
    options = parser.parse_args()
    django.setup()
    from firstline.search.evaluation import evaluate
    from firstline.search.judging import MEASURES, measure, read_documents, read_queries

    documents = read_documents(HERE / "docs.jsonl")
    titles = {document.id: document.title for document in documents}
    print(f"| {len(documents)} documents | questions | " + " | ".join(MEASURES) + " |")
    print("| --- |" + " ---: |" * (len(MEASURES) + 1))
    misses: list[str] = []
    for name in ("queries.en", "queries.zh", "tasks"):
        path = HERE / f"{name}.jsonl"
        queries, kinds = read_queries(path), _kinds(path)
        rankings = evaluate(documents, queries, database=options.database, live=name == "tasks").rankings
        for label, numbers in kinds.items():
            figures = measure([queries[n] for n in numbers], [rankings[n] for n in numbers])
            cells = " | ".join(f"{figures[measure_name]:.3f}" for measure_name in MEASURES)
            print(f"| {label} | {len(numbers)} | {cells} |")
        for number, (query, ranking) in enumerate(zip(queries, rankings, strict=True)):
            if not query.relevant & set(ranking[:FIRST]):
                kind = [label for label, numbers in kinds.items() if number in numbers][-1]
                wanted = ", ".join(f"{id_} ({_rank(ranking, id_)})" for id_ in sorted(query.relevant))
                found = "; ".join(f"{id_} {titles[id_][:40]}" for id_ in ranking[:FIRST])
                misses.append(f"- {kind}: `{query.text}` wants {wanted}; got {found or 'nothing'}")
    print(f"\n{len(misses)} questions have no answer among the first {FIRST}.")
    if options.misses:
        print("\n".join(misses))


def _kinds(path: Path) -> dict[str, list[int]]:
    """The rows of the table: all questions of a file, then each class of them."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    language = LANGUAGES.get(path.stem.rpartition(".")[2], "")
    kinds: dict[str, list[int]] = {f"**{language}**" if language else "**tasks**": list(range(len(rows)))}
    parts: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        parts[f"{language} {row['class']}" if language else f"tasks, {LANGUAGES[row['language']]}"].append(
            number
        )
    return kinds | dict(sorted(parts.items()))


def _rank(ranking: list[str], id_: str) -> str:
    return str(ranking.index(id_) + 1) if id_ in ranking else "–"


if __name__ == "__main__":
    main()
