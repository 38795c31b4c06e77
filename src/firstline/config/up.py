"""`./firstline up`: checks, prepares, starts the service and (with the demo) one real agent; then waits.

This process stays small: it imports neither Django nor the product. The service and the agent are its
children; when it ends, for whatever reason, they end too.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from firstline.config import address, folder
from firstline.config.children import Child, ChildFailed, python
from firstline.config.words import Words

DEMO_SIGN_INS = (
    ("lin.yue@alder.example", "employee"),
    ("mei.zhao@alder.example", "technician"),
    ("ravi.menon@alder.example", "manager"),
)


class Refused(SystemExit):
    """`up` cannot start; the message is one clear sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted; 0 after a clean stop."""
    options = _parser().parse_args(arguments)
    words = Words()
    try:
        place = address.resolve(
            port=options.port,
            public_url=options.public_url,
            tls=options.tls,
            cert=options.tls_cert,
            key=options.tls_key,
        )
        data = folder.claim(Path(os.environ.get("FIRSTLINE_DATA_DIR", "data")).absolute())
        if not place.is_loopback and (data / "demo").exists() and not options.reset_demo:
            raise address.AddressRefused("demo_off_loopback", folder=str(data))
    except (address.AddressRefused, folder.FolderRefused) as refusal:
        print(f"firstline: {words.refusal(refusal.code, refusal.params)}", file=sys.stderr)
        return 2
    with_demo = place.is_loopback and not options.no_demo
    return _run(options, words, place, data, with_demo)


def _run(
    options: argparse.Namespace, words: Words, place: address.Address, data: Path, with_demo: bool
) -> int:
    environment = {
        **os.environ,
        "FIRSTLINE_DATA_DIR": str(data),
        "FIRSTLINE_PUBLIC_URL": place.public_url,
        "FIRSTLINE_SMTP_PORT": str(options.smtp_port),
    }
    stop = _Stop()
    started = time.monotonic()
    try:
        _prepare(options, words, data, with_demo, environment)
        tls = place.tls_files(data)
        log = data / "logs" / "firstline.log"
        service = Child(
            [*python("firstline.config.service"), "--bind", *place.binds, "--port", str(place.port),
             *(["--tls-cert", str(tls[0]), "--tls-key", str(tls[1])] if tls else [])],
            environment,
            log,
        )  # fmt: skip
        children = [service]
        try:
            ready = service.wait_ready(stop.event)
            if with_demo and (data / "demo").exists():
                children.append(_start_agent(data, environment, place))
            _announce(words, place, data, log, ready, with_demo=with_demo)
            print(words.ready(time.monotonic() - started), flush=True)
            if options.dev:
                from firstline.config.reload import watch

                watch(service, stop.event)
            return _wait(children, words, stop)
        finally:
            for child in reversed(children):
                child.stop()
    except ChildFailed as failure:
        if stop.event.is_set():
            return 0
        print(f"firstline: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _prepare(
    options: argparse.Namespace, words: Words, data: Path, with_demo: bool, environment: dict[str, str]
) -> None:
    flags = [*(["--demo"] if with_demo else []), *(["--reset-demo"] if options.reset_demo else [])]
    Child.run([*python("firstline.config.prepare"), *flags], environment)


def _start_agent(data: Path, environment: dict[str, str], place: address.Address) -> Child:
    state = data / "agent"
    if not (state / "config.json").exists():
        made = Child.run(
            [*python("firstline.config.commands"), "device", "token", "--demo"],
            environment,
            capture=True,
        )
        Child.run([*python("firstline_agent"), "enrol", made.strip(), "--state", str(state)], environment)
    return Child(
        [*python("firstline_agent"), "run", "--state", str(state), "--prompt", "page"],
        environment,
        data / "logs" / "agent.log",
        says_ready=False,
    )


def _announce(
    words: Words, place: address.Address, data: Path, log: Path, ready: dict[str, object], *, with_demo: bool
) -> None:
    print(words.where(place.public_url, str(log), f"127.0.0.1:{ready['smtp_port']}"))
    if place.fingerprint:
        print(words.certificate(place.fingerprint, str(data / "tls" / "certificate.pem")))
    if ready.get("setup_url"):
        print(words.setup(str(ready["setup_url"])))
    if with_demo and (data / "demo").exists():
        password = (data / "demo").read_text(encoding="utf-8").strip()
        print(words.demo([(email, role, password) for email, role in DEMO_SIGN_INS]))
        prompt = _prompt_url(data / "agent")
        if prompt:
            print(words.consent(prompt))


def _prompt_url(state: Path) -> str:
    """The page on which this machine's agent asks for consent, once the agent has written it."""
    path = state / "prompt-url"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and path.read_text(encoding="utf-8").strip():
            return path.read_text(encoding="utf-8").strip()
        time.sleep(0.05)
    return ""


def _wait(children: list[Child], words: Words, stop: "_Stop") -> int:
    """Until a signal; a child that dies is started again, with growing pauses."""
    while not stop.event.wait(0.3):
        for child in children:
            if child.has_ended():
                print(words.restarting(child.name, child.exit_code), file=sys.stderr, flush=True)
                child.restart(stop.event)
    print(words.stopping(), flush=True)
    return 0


class _Stop:
    """Set by the first SIGINT or SIGTERM."""

    def __init__(self) -> None:
        import threading

        self.event = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.event.set()


def _parser() -> argparse.ArgumentParser:
    words = Words()
    parser = argparse.ArgumentParser(prog="./firstline up", description=words.help("up"))
    parser.add_argument("--port", type=_port, default=None, help=words.help("port"))
    parser.add_argument("--smtp-port", type=_port, default=2525, help=words.help("smtp_port"))
    parser.add_argument("--no-demo", action="store_true", help=words.help("no_demo"))
    parser.add_argument("--reset-demo", action="store_true", help=words.help("reset_demo"))
    parser.add_argument("--public-url", default="", help=words.help("public_url"))
    parser.add_argument("--tls", choices=["self-signed"], help=words.help("tls"))
    parser.add_argument("--tls-cert", default="", metavar="FILE", help=words.help("tls_cert"))
    parser.add_argument("--tls-key", default="", metavar="FILE", help=words.help("tls_key"))
    parser.add_argument("--dev", action="store_true", help=argparse.SUPPRESS)
    return parser


def _port(value: str) -> int:
    number = int(value)
    if not 0 < number < 65536:
        raise ValueError
    return number


if __name__ == "__main__":
    sys.exit(main())
