"""`search rebuild`, `search status`, and `search eval`: how good the engine is on a judged set."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firstline.kit.errors import DomainError
from firstline.search import upkeep
from firstline.search.evaluation import DATABASES, Database, evaluate
from firstline.search.judging import MEASURES, read_documents, read_queries
from firstline.ui.messages import describe


class Command(BaseCommand):
    """Exit code 0: the figures are printed; 1: a file cannot be read, or the run failed."""

    help = str(gettext_lazy("Make the search index anew, or measure the search on a judged set of your own."))
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        upkeep.add_arguments(verbs)
        evaluation = verbs.add_parser(
            "eval",
            help=_("Search a judged set in a scratch index and print how good the answers are."),
            description=_(
                "Documents and questions are JSON lines. The index is a scratch one; the product's own "
                "is neither read nor changed."
            ),
        )
        evaluation.add_argument(
            "--docs",
            type=Path,
            required=True,
            metavar="DOCS.jsonl",
            help=_('The documents: {"id": …, "title": …, "text": …} on each line.'),
        )
        evaluation.add_argument(
            "--queries",
            type=Path,
            required=True,
            metavar="QUERIES.jsonl",
            help=_(
                'The questions: {"text": …, "relevant": [ids], "exclude": [ids]} on each line; '
                "excluded documents are left out of the ranking."
            ),
        )
        evaluation.add_argument("--json", action="store_true", help=_("Print one flat JSON object."))
        evaluation.add_argument(
            "--database",
            choices=DATABASES,
            default=DATABASES[0],
            help=_("Where the scratch index is made; SQLite by default."),
        )
        evaluation.add_argument(
            "--typing",
            action="store_true",
            help=_("Take the last word of every question as not finished, as while somebody types."),
        )

    def handle(self, *_args: object, verb: str, **options: Any) -> None:
        try:
            if verb == "eval":
                self._evaluate(**options)
            else:
                upkeep.run(self, verb, as_child=options.get("as_child", False))
        except DomainError as error:
            raise CommandError(describe(error)) from error

    def _evaluate(self, docs: Path, queries: Path, **options: Any) -> None:
        database: Database = options["database"]
        try:
            documents, questions = read_documents(docs), read_queries(queries)
            result = evaluate(documents, questions, database=database, live=options["typing"])
        except DomainError as error:
            raise CommandError(describe(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({name: round(value, 6) for name, value in result.figures.items()}))
            return
        words = {
            "documents": ngettext("%(n)s document", "%(n)s documents", len(documents))
            % {"n": len(documents)},
            "questions": ngettext("%(n)s question", "%(n)s questions", len(questions))
            % {"n": len(questions)},
            "database": {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database],
        }
        self.stdout.write(_("%(documents)s, %(questions)s, %(database)s") % words)
        for name in MEASURES:
            self.stdout.write(f"  {name:<10} {result.figures[name]:.3f}")
