"""Version 1 of the API, assembled."""

from ninja import NinjaAPI

from firstline.api import access, alerts, problems, tickets

api = NinjaAPI(
    title="Firstline",
    version="1",
    description=(
        "Tickets and alerts. Send a token: `Authorization: Bearer …`. Errors are problem+json (RFC 9457). "
        "Send an `Idempotency-Key` with each POST to be able to repeat it safely."
    ),
    auth=access.Bearer(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-1",
)
problems.register(api)
access.register(api)
api.add_router("", alerts.router)
api.add_router("", tickets.router)
