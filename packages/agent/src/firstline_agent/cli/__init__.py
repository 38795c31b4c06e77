"""`firstline-agent`: enrol, run, consent, status, journal."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from firstline_agent import VERSION
from firstline_agent.cli import desk
from firstline_agent.cli.phrases import phrase
from firstline_agent.core import agent
from firstline_agent.core.link import Refusal
from firstline_agent.core.state import StateError, StateFolder, default_folder
from firstline_agent.core.terminal import NotRunning
from firstline_agent.platform.base import NotSupportedYet
from firstline_agent.transport.socket import LOST, TransportError
from firstline_protocol.enrolment import decode_token
from firstline_protocol.enums import DeviceState
from firstline_protocol.errors import ProtocolError
from firstline_protocol.identity import fingerprint


def main(arguments: list[str] | None = None) -> int:
    """Run one command; every expected failure is one sentence on standard error and a non-zero code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace, StateFolder], int] = options.function
    try:
        return run(options, StateFolder(options.state))
    except StateError as error:
        return _fail(error.code, **error.params)
    except TransportError as error:
        return _fail(error.code, **error.params)
    except NotSupportedYet as error:
        return _fail("not_supported", system=error.system)
    except NotRunning:
        return _fail("not_running", path=options.state)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="firstline-agent", description=phrase("about"))
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--state", type=Path, default=default_folder(), metavar="DIR", help=phrase("help_state")
    )

    enrol = commands.add_parser("enrol", parents=[common], help=phrase("help_enrol"))
    enrol.add_argument("token", metavar="TOKEN", help=phrase("help_token"))
    enrol.add_argument("--ca-file", type=Path, metavar="FILE", help=phrase("help_ca"))
    enrol.add_argument("--owner", default="", metavar="EMAIL", help=phrase("help_owner"))
    enrol.add_argument("--again", action="store_true", help=phrase("help_again"))
    enrol.set_defaults(function=_enrol)

    run = commands.add_parser("run", parents=[common], help=phrase("help_run"))
    run.add_argument(
        "--prompt", choices=["auto", "page", "terminal"], default="auto", help=phrase("help_prompt")
    )
    run.set_defaults(function=_run)

    consent = commands.add_parser("consent", parents=[common], help=phrase("help_consent"))
    one = consent.add_mutually_exclusive_group()
    one.add_argument("--list", action="store_true", help=phrase("help_list"))
    one.add_argument("--allow", metavar="ID", help=phrase("help_allow"))
    one.add_argument("--refuse", metavar="ID", help=phrase("help_refuse"))
    one.add_argument("--stop", metavar="ID", help=phrase("help_stop"))
    consent.set_defaults(function=desk.consent)

    status = commands.add_parser("status", parents=[common], help=phrase("help_status"))
    status.set_defaults(function=desk.status)

    journal = commands.add_parser("journal", parents=[common], help=phrase("help_journal"))
    journal.add_argument("--json", action="store_true", help=phrase("help_json"))
    journal.set_defaults(function=desk.journal)
    return parser


def _enrol(options: argparse.Namespace, folder: StateFolder) -> int:
    try:
        token = decode_token(sys.stdin.readline() if options.token == "-" else options.token)  # noqa: S105
    except ProtocolError:
        return _fail("bad_token")
    if token.expires_at <= time.time():
        return _fail("token_old")
    folder.lock()
    if options.again:
        folder.forget()
    elif (config := folder.load_config()) is not None:
        return _fail("already_enrolled", organization=config.organization)
    try:
        welcome = asyncio.run(agent.enrol(folder, token, ca_file=options.ca_file, owner_email=options.owner))
    except Refusal as refusal:
        return _fail("enrol_refused", why=phrase(refusal.code))
    except ProtocolError as error:
        return _fail("enrol_protocol", code=error.code)
    except LOST as error:
        return _fail("no_connection", why=str(error) or type(error).__name__)
    print(
        phrase(
            "enrolled",
            organization=welcome.organization,
            device=welcome.device_name,
            fingerprint=fingerprint(welcome.device_id),
        )
    )
    if welcome.state is DeviceState.PENDING:
        print(phrase("pending"))
    return 0


def _run(options: argparse.Namespace, folder: StateFolder) -> int:
    asyncio.run(agent.run(folder, prompt=options.prompt, report=_say))
    return 0


def _say(code: str, /, **params: str) -> None:
    if code == "turned_away":
        params = {"code": phrase(params["code"])}
    print(phrase(code, **params), flush=True)


def _fail(code: str, /, **params: object) -> int:
    print(f"firstline-agent: {phrase(code, **params)}", file=sys.stderr)
    return 1
