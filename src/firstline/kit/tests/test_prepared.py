"""Prepared queries answer as the querysets they were made of."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext

from firstline.kit.prepared import Prepared
from firstline.organizations.models import Organization, Site
from firstline.outbox.models import Event

pytestmark = pytest.mark.django_db


def test_rows_are_those_of_the_queryset_for_any_values() -> None:
    prepared = Prepared(
        lambda organization_id: (
            Site.objects.filter(organization_id=organization_id, address="")
            .select_related("organization")
            .order_by("-name")
        )
    )
    owners = [Organization.objects.create(name=name) for name in ("Contoso", "Fabrikam")]
    for owner in owners:
        Site.objects.create(organization=owner, name=f"{owner.name} A")
        Site.objects.create(organization=owner, name=f"{owner.name} B")
        Site.objects.create(organization=owner, name=f"{owner.name} C", address="elsewhere")

    for owner in owners:
        with CaptureQueriesContext(connection) as queries:
            found = [(site.name, site.organization.name) for site in prepared(owner.pk)]
        assert found == [(f"{owner.name} B", owner.name), (f"{owner.name} A", owner.name)]
        assert len(queries) == 1
    assert prepared(0) == []
    with pytest.raises(Site.DoesNotExist):
        prepared.get(0)
    assert prepared.get(owners[0].pk).name == "Contoso B"


def test_values_and_several_numbers() -> None:
    prepared = Prepared(
        lambda *ids: Organization.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name")
    )
    one, two = (Organization.objects.create(name=name) for name in ("Contoso", "Fabrikam"))

    assert prepared(one.pk, two.pk) == [(one.pk, "Contoso"), (two.pk, "Fabrikam")]
    assert prepared(two.pk) == [(two.pk, "Fabrikam")]
    assert prepared.first(one.pk) == (one.pk, "Contoso")


@pytest.mark.parametrize("microsecond", [0, 1, 250_000])
def test_moments_come_back_as_they_were(microsecond: int) -> None:
    at = datetime(2026, 2, 28, 23, 59, 59, microsecond, tzinfo=UTC)
    event = Event.objects.create(name="kit.tried", payload={}, at=at, depth=0)
    of_event = Event.objects.filter(pk=event.pk)
    prepared = Prepared(
        lambda name: Event.objects.filter(name=name).values_list("at", Coalesce("dispatched_at", "at"))
    )

    assert prepared(event.name) == list(of_event.values_list("at", Coalesce("dispatched_at", "at")))
    assert prepared(event.name) == [(at, at)]
    assert of_event.aggregate(Max("at")) == {"at__max": at}
    until = Prepared(lambda moment, name: Event.objects.filter(at__lte=moment, name=name))
    assert until(at, event.name) == [event]
    assert until(at - timedelta(microseconds=1), event.name) == []


def test_texts_are_keys_too() -> None:
    prepared = Prepared(
        lambda name, pk: Organization.objects.filter(name=name, pk=pk).values_list("name", flat=True)
    )
    made = Organization.objects.create(name="it's 100 % ours")

    assert prepared(made.name, made.pk) == [made.name]
    assert prepared("other", made.pk) == []


def test_rows_can_be_saved_and_slices_are_kept() -> None:
    prepared = Prepared(lambda pk: Organization.objects.filter(pk__gte=pk).order_by("pk")[:1])
    made = Organization.objects.create(name="Contoso")
    Organization.objects.create(name="Fabrikam")

    (found,) = prepared(made.pk)
    found.name = "Contoso Ltd"
    found.save()

    assert Organization.objects.get(pk=made.pk).name == "Contoso Ltd"


def test_unused_value_is_refused() -> None:
    with pytest.raises(ValueError, match="does not use"):
        Prepared(lambda _pk: Organization.objects.filter(name="x"))(1)
