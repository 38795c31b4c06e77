"""Only actions write: no `.save(`, `.create(`, `.update(` or `.delete(` of models elsewhere."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "firstline"
WRITES = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
MANAGER_WRITES = {"create", "update", "delete"}
ALLOWED_MODULES = {"actions", "management", "migrations", "testing", "tests"}
# Slices that are the writers of their own machinery; the list may only shrink.
MACHINERY = {"outbox", "audit", "demo", "config"}
WRITER = Path("kit/rows.py")  # what actions write by


def test_only_actions_write() -> None:
    offences = [
        f"{path.relative_to(SOURCE)}:{call.lineno} .{call.func.attr}("
        for path in sorted(SOURCE.rglob("*.py"))
        if not _may_write(path) and path.relative_to(SOURCE) != WRITER
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and _is_write(call.func)
    ]

    assert offences == []


def _may_write(path: Path) -> bool:
    parts = [part.removesuffix(".py") for part in path.relative_to(SOURCE).parts]
    return parts[0] in MACHINERY or any(
        part in ALLOWED_MODULES or part.endswith("_actions") for part in parts[1:]
    )


def _is_write(call: ast.Attribute) -> bool:
    if call.attr in WRITES:
        return True
    if ast.unparse(call.value) == "rows":
        return call.attr in {"insert", "update", "store"}
    return call.attr in MANAGER_WRITES and "objects" in ast.unparse(call.value)
