"""What the person at the device can see and say in a terminal."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from firstline_agent.cli.phrases import phrase
from firstline_agent.core.journal import read_entries
from firstline_agent.core.state import StateFolder
from firstline_agent.core.terminal import NotRunning, ask_agent
from firstline_protocol.identity import fingerprint


def consent(options: argparse.Namespace, folder: StateFolder) -> int:
    """List, answer or stop; without options each open question is asked in turn."""
    if options.allow or options.refuse:
        return _answer(folder, options.allow or options.refuse, is_allowed=bool(options.allow))
    if options.stop:
        return _settled(ask_agent(folder, {"do": "stop", "id": options.stop}), "was_stopped")
    desk = ask_agent(folder, {"do": "list"})
    for request in desk["running"]:
        print(phrase("runs", **request))
        _show_text(request)
    if not desk["questions"]:
        print(phrase("nothing_asked"))
    worst = 0
    for request in desk["questions"]:
        print(f"{phrase('asks_' + request['kind'], **request)}\n    ({request['id']})")
        _show_text(request)
        if options.list or not sys.stdin.isatty():
            continue
        said = input(phrase("question", **request) + " ").strip().lower()
        worst = max(worst, _answer(folder, request["id"], is_allowed=said == "yes"))
    return worst


def status(_options: argparse.Namespace, folder: StateFolder) -> int:
    """0 if it is enrolled, running and connected."""
    config = folder.load_config()
    if config is None:
        print(phrase("not_enrolled", path=folder.path))
        return 1
    identity = fingerprint(folder.load_or_make_key().device_id)
    print(
        phrase(
            "status_enrolled",
            organization=config.organization,
            device=config.device_name,
            fingerprint=identity,
        )
    )
    try:
        desk = ask_agent(folder, {"do": "list"})
    except NotRunning:
        print(phrase("not_running", path=folder.path))
        return 1
    print(phrase("status_connected" if desk["connected"] else "status_lost", gateway=config.gateway_url))
    print(phrase("status_questions", count=len(desk["questions"])))
    return 0 if desk["connected"] else 1


def journal(options: argparse.Namespace, folder: StateFolder) -> int:
    """Print every entry; 1 if the chain is broken."""
    entries, holds = read_entries(folder.journal)
    for entry in entries:
        if options.json:
            print(json.dumps({"seq": entry.seq, "at": entry.at, "kind": entry.kind, **entry.facts}))
            continue
        when = datetime.fromtimestamp(entry.at).astimezone()
        facts = {name: _printable(value) for name, value in entry.facts.items()}
        facts.setdefault("text", phrase("health_check"))
        print(f"{when:%Y-%m-%d %H:%M:%S}  {phrase('at_' + entry.kind, **facts)}")
    if not entries and not options.json:
        print(phrase("journal_empty"))
    if not holds:
        print(phrase("journal_damaged"), file=sys.stderr)
    return 0 if holds else 1


def _answer(folder: StateFolder, command_id: str, *, is_allowed: bool) -> int:
    answer = ask_agent(folder, {"do": "answer", "id": command_id, "allow": is_allowed})
    return _settled(answer, "was_allowed" if is_allowed else "was_refused")


def _settled(answer: dict[str, Any], done: str) -> int:
    print(phrase(done if answer.get("ok") else "too_late"))
    return 0 if answer.get("ok") else 1


def _show_text(request: dict[str, Any]) -> None:
    for line in request["text"].splitlines():
        print(f"    {line}")


def _printable(value: str) -> str:
    return "".join(character if character.isprintable() else "␤" for character in value)
