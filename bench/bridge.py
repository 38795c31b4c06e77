"""CPU per request of three ways to serve Django beside sockets: its ASGI handler, a2wsgi, our bridge.

    python bench/bridge.py [--requests 1500]

Each serves the product's full middleware in a process of its own under the same uvicorn; one client keeps
one connection. a2wsgi is skipped with a note where it is not installed (it is no dependency of ours).
"""

import argparse
import asyncio
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.campaigns import process

WAYS = ("django-asgi", "a2wsgi", "bridge")
PATHS = ("trivial", "six")
WARM_UP = 100


def probes() -> list[object]:
    """Routes of the measured application: nothing at all, and six small queries."""
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from firstline.organizations.models import Installation, Organization, Service, Site, Team
    from firstline.outbox.models import Schedule

    def trivial(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    def six(_request: HttpRequest) -> HttpResponse:
        models = (Installation, Organization, Site, Team, Service, Schedule)
        return HttpResponse(str([len(model.objects.all()[:25]) for model in models]))

    return [path("trivial", trivial), path("six", six)]


def serve(way: str, port: int) -> None:
    """Be one of the servers until terminated."""
    import types

    import django
    import uvicorn

    django.setup()
    from django.conf import settings

    routes = types.ModuleType("bench_probes")
    routes.urlpatterns = probes()  # type: ignore[attr-defined]
    sys.modules["bench_probes"] = routes
    settings.ROOT_URLCONF = "bench_probes"
    config = uvicorn.Config(
        application(way), port=port, http="httptools", loop="asyncio", lifespan="off",
        access_log=False, log_level="error",
    )  # fmt: skip
    server = uvicorn.Server(config)
    asyncio.run(server.serve())


def application(way: str) -> object:
    """The ASGI application of one way."""
    if way == "django-asgi":
        from django.core.asgi import get_asgi_application

        return get_asgi_application()
    from firstline.config.wsgi import application as wsgi

    if way == "a2wsgi":
        from a2wsgi import WSGIMiddleware

        return WSGIMiddleware(wsgi, workers=8)
    from firstline.config.bridge import WsgiBridge

    return WsgiBridge(wsgi, threads=8, body_bytes_max=2**20)


def measure(way: str, data: Path, requests: int) -> dict[str, tuple[float, float]]:
    """CPU milliseconds and median wall milliseconds per request, by path."""
    import psutil

    port = process.free_port()
    environment = process.environment(data)
    command = [sys.executable, __file__, "serve", way, str(port)]
    server = psutil.Popen(command, env={**environment, "PYTHONPATH": _path(environment)})
    try:
        client = process.Client(port)
        process.wait_until(lambda: _answers(client), 30, f"{way}'s start")
        found = {}
        for name in PATHS:
            for _ in range(WARM_UP):
                client.get(f"/{name}")
            before, walls = _cpu(server), []
            for _ in range(requests):
                start = time.perf_counter()
                status, _body = client.get(f"/{name}")
                walls.append(time.perf_counter() - start)
                assert status == 200, status
            cpu = (_cpu(server) - before) / requests
            found[name] = (cpu * 1000, statistics.median(walls) * 1000)
        client.close()
        return found
    finally:
        server.terminate()
        server.wait(10)


def _path(environment: dict[str, str]) -> str:
    """What the caller added to PYTHONPATH counts too (a folder with a2wsgi, perhaps)."""
    return os.pathsep.join(filter(None, [environment["PYTHONPATH"], os.environ.get("PYTHONPATH", "")]))


def _answers(client: process.Client) -> bool:
    try:
        return client.get("/trivial")[0] == 200
    except OSError:
        client.close()
        return False


def _cpu(server: object) -> float:
    times = server.cpu_times()  # type: ignore[attr-defined]
    return float(times.user + times.system)


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU per request of three ways to serve Django")
    parser.add_argument("--requests", type=int, default=1500)
    options = parser.parse_args()
    print("| way | trivial CPU ms | trivial p50 ms | six queries CPU ms | six queries p50 ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        process.run(data, "firstline.config.prepare")
        for way in WAYS:
            if way == "a2wsgi" and importlib.util.find_spec("a2wsgi") is None:
                print("| a2wsgi: not installed, skipped | | | | |")
                continue
            results[way] = measure(way, data, options.requests)
            cells = [f"{value:.2f}" for name in PATHS for value in results[way][name]]
            print(f"| {way} | {' | '.join(cells)} |", flush=True)
    ours = results["bridge"]
    for way, found in results.items():
        if way != "bridge":
            ratios = (found[name][0] / ours[name][0] for name in PATHS)
            print(f"\n{way} costs {' / '.join(f'{ratio:.1f}x' for ratio in ratios)} of our bridge's CPU")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        main()
