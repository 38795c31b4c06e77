"""Dispatch: the developers' words, and product commands handed to the environment."""

import locale
import os
import subprocess
import sys
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

from launcher import assets, postgres, runtime, testing
from launcher.progress import Stop, say

HELP = {
    "en": """Firstline: help desk, knowledge and remote hands in one.

  ./firstline up            set everything up and run it (http://localhost:8000)
  ./firstline test          set everything up and run every test
  ./firstline check         lint, types and architecture only
  ./firstline fix           mend what lint can mend
  ./firstline dev           run from source, restarting on changes
  ./firstline manage …      Django's own commands

Product commands (each has --help):
  ./firstline audit verify              prove the audit trail, while the service runs
  ./firstline backup create FILE        everything in one file;  backup restore FILE
  ./firstline import tickets FILE       tickets from JSON lines; import people|devices FILE.csv
  ./firstline sla explain TICKET        why the clock says what it says;  sla compute FILE
  ./firstline search rebuild            make the search index anew, while the service runs
  ./firstline search eval --docs FILE --queries FILE   how good the search is on a judged set
  ./firstline mail ingest FILE|-        take in a message;  mail parse FILE… --json
  ./firstline agent consent|status|journal   the agent of this machine

Every command takes --data DIR (default: ./data). up takes --port, --no-demo, --reset-demo,
--public-url URL with --tls-cert F --tls-key F or --tls self-signed.""",
    "zh": """Firstline：工单、知识库与远程处理，一套搞定。

  ./firstline up            装好一切并启动（http://localhost:8000）
  ./firstline test          装好一切并运行全部测试
  ./firstline check         只做代码规范、类型和架构检查
  ./firstline fix           自动修正代码规范问题
  ./firstline dev           从源码运行，改动后自动重启
  ./firstline manage …      Django 自带命令

产品命令（均可加 --help）：
  ./firstline audit verify              校验审计记录，服务无需停机
  ./firstline backup create FILE        整站备份为一个文件；恢复用 backup restore FILE
  ./firstline import tickets FILE       从 JSON Lines 导入工单；import people|devices FILE.csv
  ./firstline sla explain TICKET        说明时限是怎么算出来的；sla compute FILE
  ./firstline search rebuild            重建搜索索引，服务无需停机
  ./firstline search eval --docs FILE --queries FILE   用评测集衡量搜索质量
  ./firstline mail ingest FILE|-        收入一封邮件；mail parse FILE… --json
  ./firstline agent consent|status|journal   本机客户端

所有命令都可加 --data DIR（默认 ./data）。up 另有 --port、--no-demo、--reset-demo、
--public-url URL 配合 --tls-cert F --tls-key F 或 --tls self-signed。""",
}


def main(arguments: list[str]) -> int:
    """Run one command; 0 on success. A `Stop` becomes one sentence on standard error."""
    try:
        arguments = _take_data_dir(arguments)
        if not arguments or arguments[0] in {"-h", "--help", "help"}:
            say(HELP["zh" if _reads_chinese() else "en"])
            return 0
        return _run(arguments[0], arguments[1:])
    except Stop as stop:
        print(f"firstline: {stop}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(command: str, rest: list[str]) -> int:
    if command == "test":
        return testing.run(rest)
    if command == "check":
        return testing.check()
    if command == "fix":
        return testing.fix()
    # What a product command prints may be read by a program; what is installed for it is told aside.
    with redirect_stdout(sys.stdout if command in {"up", "dev"} else sys.stderr):
        runtime.ensure("")
    if command in {"up", "dev"}:
        assets.ensure()
        return _replace(["-m", "firstline.config.up", *(["--dev"] if command == "dev" else []), *rest])
    if command == "agent":
        return _replace(["-m", "firstline_agent", *_agent_arguments(rest)])
    if command == "manage":
        return _replace(["-m", "django", *rest])
    product = ["-m", "firstline.config.commands", command, *rest]
    if command == "search" and _wants_postgresql(rest):
        return _beside_postgresql(product)
    return _replace(product)


def _replace(arguments: list[str]) -> int:
    """Become the product: signals and the exit code are then its own."""
    os.execve(runtime.PYTHON, [str(runtime.PYTHON), *arguments], runtime.environment())


def _wants_postgresql(rest: list[str]) -> bool:
    """Whether a scratch index on PostgreSQL is asked for and no server is configured."""
    configured = {"FIRSTLINE_DATABASE_URL", "FIRSTLINE_DATABASE_URL_FILE"} & set(os.environ)
    asked = "--database=postgresql" in rest or ("--database", "postgresql") in pairwise(rest)
    return asked and not configured


def _beside_postgresql(arguments: list[str]) -> int:
    """Run the product with a throw-away PostgreSQL as its server."""
    with redirect_stdout(sys.stderr), postgres.cluster() as url:
        environment = runtime.environment(FIRSTLINE_DATABASE_URL=url, FIRSTLINE_DATABASE_POOL="0")
        return subprocess.call([str(runtime.PYTHON), *arguments], env=environment)


def _agent_arguments(rest: list[str]) -> list[str]:
    """The demo's own agent keeps its state in the data folder."""
    state = Path(os.environ.get("FIRSTLINE_DATA_DIR", runtime.ROOT / "data")) / "agent"
    if "--state" in rest or not rest or rest[0].startswith("-") or not state.is_dir():
        return rest
    return [rest[0], "--state", str(state), *rest[1:]]


def _take_data_dir(arguments: list[str]) -> list[str]:
    left: list[str] = []
    iterator = iter(arguments)
    for argument in iterator:
        if argument == "--data":
            value = next(iterator, "")
        elif argument.startswith("--data="):
            value = argument.removeprefix("--data=")
        else:
            left.append(argument)
            continue
        if not value:
            raise Stop("--data needs a folder, for example --data /srv/firstline")
        os.environ["FIRSTLINE_DATA_DIR"] = str(Path(value).expanduser().absolute())
    return left


def _reads_chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].lower().startswith("zh")
    return (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese"))
