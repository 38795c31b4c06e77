"""Taking an erased person's name out of what search keeps besides the index (which follows by itself)."""

from firstline.kit.rows import rewrite
from firstline.kit.traces import Traces
from firstline.search.models import JudgedRun, Synonym


def forget_name(traces: Traces) -> dict[str, int]:
    """Out of tables of words and out of the questions of judged sets; how many of each."""
    return {
        "synonyms": len(rewrite(Synonym.objects.all(), traces.wide, ["expressions"])),
        "questions": len(rewrite(JudgedRun.objects.all(), traces.wide, ["misses", "error"])),
    }
