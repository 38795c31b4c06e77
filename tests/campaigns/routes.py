"""Run as a module: every route of the product with the kinds of its parameters, as JSON."""

import json
from collections.abc import Iterator

import django


def main() -> None:
    django.setup()
    from django.urls import get_resolver
    from django.urls.resolvers import RoutePattern, URLResolver

    def walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
        for found in resolver.url_patterns:
            if isinstance(found, URLResolver):
                yield from walk(found, prefix + str(found.pattern))
            elif isinstance(found.pattern, RoutePattern):
                kinds = {name: type(made).__name__ for name, made in found.pattern.converters.items()}
                yield prefix + str(found.pattern), kinds

    print(json.dumps(list(walk(get_resolver(), ""))))


if __name__ == "__main__":
    main()
