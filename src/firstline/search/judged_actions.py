"""Judged sets that an administrator uploads: checked at once, measured by a job in a child process."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import IntegrityError

from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed
from firstline.kit.refs import Ref
from firstline.organizations.permissions import check_can_manage_settings
from firstline.outbox.actions import enqueue, push, transaction
from firstline.search.enums import JudgedState
from firstline.search.evaluation import evaluate
from firstline.search.judging import JudgedQuery, of_ranking, read_documents, read_queries
from firstline.search.models import JudgedRun

DOCUMENTS_MAX = 20_000
QUERIES_MAX = 2_000
BYTES_MAX = 20 * 2**20
RUN_SECONDS_MAX = 600
MISSES_KEPT = 50
RUNS_KEPT = 20
JOB = "search.judge"


def start_judged_run(*, actor: Actor, documents: bytes, queries: bytes) -> JudgedRun:
    """Check both files (JSON lines) and have them measured in the background.

    The set is kept only until it is measured; of the questions, the result names those that went
    wrong. Raises as `judging.read_documents` and `read_queries`, InvalidInput `judged_set_too_large`,
    and Conflict `judged_run_under_way` while another one runs.
    """
    check_can_manage_settings(actor)
    if actor.id is None:
        raise NotAllowed("permission_missing")
    if max(len(documents), len(queries)) > BYTES_MAX:
        raise InvalidInput("judged_set_too_large", documents=DOCUMENTS_MAX, queries=QUERIES_MAX)
    document_count, query_count = _checked(documents, queries)
    run = JudgedRun(
        asked_by_id=actor.id, document_count=document_count, query_count=query_count, started_at=clock.now()
    )
    try:
        with transaction():
            run.save(force_insert=True)
            _keep(run.pk, documents, queries)
            enqueue(JOB, {"run_id": run.pk}, actor=actor)
            new = {"documents": document_count, "queries": query_count}
            record(actor=actor, verb="search.judged_run_started", ref=Ref("judged_run", run.pk), new=new)
    except IntegrityError as error:
        raise Conflict("judged_run_under_way") from error
    return run


def carry_out_judged_run(run_id: int) -> None:
    """Measure the set of a run and keep the figures and the questions that went wrong; once."""
    run = JudgedRun.objects.filter(pk=run_id, state=JudgedState.RUNNING).first()
    if run is None:
        return
    try:
        _measure(run)
        run.state = JudgedState.DONE
    except DomainError as error:
        run.state, run.error = JudgedState.FAILED, {"code": error.code, **error.params}
    run.finished_at = clock.now()
    with transaction():
        run.save(update_fields=["state", "figures", "misses", "error", "finished_at"])
        old = JudgedRun.objects.order_by("-id").values_list("pk", flat=True)[RUNS_KEPT:]
        JudgedRun.objects.filter(pk__in=list(old)).delete()
        push(f"person:{run.asked_by_id}")
    shutil.rmtree(_folder(run_id), ignore_errors=True)


def _measure(run: JudgedRun) -> None:
    documents = read_documents(_folder(run.pk) / "documents.jsonl")
    queries = read_queries(_folder(run.pk) / "queries.jsonl")
    found = evaluate(documents, queries, timeout_seconds=RUN_SECONDS_MAX)
    titles = {document.id: document.title or document.text[:80] for document in documents}
    run.figures = {name: round(value, 4) for name, value in found.figures.items()}
    wrong = [
        _miss(query, ranking, titles)
        for query, ranking in zip(queries, found.rankings, strict=True)
        if query.relevant - query.exclude and not of_ranking(query, ranking)["hit@5"]
    ]
    run.misses = wrong[:MISSES_KEPT]


def _miss(query: JudgedQuery, ranking: list[str], titles: dict[str, str]) -> dict[str, object]:
    wanted = query.relevant - query.exclude
    counted = [found for found in ranking if found not in query.exclude]
    rank = next((place for place, found in enumerate(counted, start=1) if found in wanted), 0)
    first = titles.get(counted[0], counted[0]) if counted else ""
    missing = [titles.get(each, each) for each in sorted(wanted)]
    return {"text": query.text[:200], "wanted": missing[:3], "rank": rank, "first": first}


def _checked(documents: bytes, queries: bytes) -> tuple[int, int]:
    """How many documents and questions the files hold."""
    with TemporaryDirectory(prefix="firstline-judged-") as folder:
        for name, content in (("documents.jsonl", documents), ("queries.jsonl", queries)):
            (Path(folder) / name).write_bytes(content)
        counts = (
            len(read_documents(Path(folder) / "documents.jsonl")),
            len(read_queries(Path(folder) / "queries.jsonl")),
        )
    if counts[0] > DOCUMENTS_MAX or counts[1] > QUERIES_MAX:
        raise InvalidInput("judged_set_too_large", documents=DOCUMENTS_MAX, queries=QUERIES_MAX)
    return counts


def _keep(run_id: int, documents: bytes, queries: bytes) -> None:
    folder = _folder(run_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "documents.jsonl").write_bytes(documents)
    (folder / "queries.jsonl").write_bytes(queries)


def _folder(run_id: int) -> Path:
    return Path(settings.FIRSTLINE_DATA_DIR) / "judged" / str(run_id)
