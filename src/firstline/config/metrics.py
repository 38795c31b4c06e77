"""What /metrics tells a Prometheus: requests, queues, links, tickets."""

import time
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from firstline.config import health

_REQUESTS = Counter("firstline_http_requests_total", "Answered requests", ["method", "status"])
_SECONDS = Histogram(
    "firstline_http_request_seconds",
    "Time to answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MetricsMiddleware:
    """Counts and times every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        _SECONDS.observe(time.perf_counter() - start)
        method = request.method if request.method in _METHODS else "OTHER"
        _REQUESTS.labels(method, str(response.status_code)).inc()
        return response


class _State(Collector):
    """Gauges read from the database when somebody asks."""

    def collect(self) -> Iterator[Metric]:
        for name, (value, text) in health.gauges().items():
            gauge = GaugeMetricFamily(f"firstline_{name}", text)
            gauge.add_metric([], value)
            yield gauge

    def describe(self) -> Iterator[Metric]:
        """Nothing is read when the collector is registered."""
        return iter(())


REGISTRY.register(_State())


def exposition() -> HttpResponse:
    """The metrics in Prometheus's text format."""
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
