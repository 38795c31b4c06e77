"""The layer order, slice privacy, and imports inside functions."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "firstline"
PUBLIC = {"enums", "events", "models", "permissions", "queries", "actions"}
COMPOSERS = {"config", "demo", "api", "desk", "portal"}
FREE = {"kit", "ui"}
# Imports inside functions, with the reason; the list may only shrink.
INLINE_ALLOWED = {
    "config": "up, prepare and commands decide what to load before Django is ready",
}


def test_layers_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]


def test_slices_keep_their_privacy() -> None:
    graph = grimp.build_graph("firstline")

    offences = sorted(
        f"{importer} imports {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if _crosses_privately(importer.split("."), imported.split("."))
    )

    assert offences == []


def _crosses_privately(importer: list[str], imported: list[str]) -> bool:
    in_tests = "tests" in importer or importer[-1] == "testing"
    if len(importer) < 2 or len(imported) < 3 or imported[0] != "firstline" or in_tests:
        return False
    owner, target, module = importer[1], imported[1], imported[2]
    return owner != target and target not in FREE and owner not in COMPOSERS and module not in PUBLIC


def test_imports_inside_functions_have_a_reason() -> None:
    offences = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path, node in _inline_imports()
        if path.relative_to(SOURCE).parts[0] not in INLINE_ALLOWED and path.name != "apps.py"
    ]

    assert offences == []


def _inline_imports() -> Iterator[tuple[Path, ast.Import | ast.ImportFrom]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts or "tests" in path.parts:
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        yield path, node
