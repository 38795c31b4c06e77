"""Letting machines in: the form for a token, the commands for the machine, who may revoke."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.testing import make_person
from firstline.desk.tests.conftest import Enter
from firstline.devices import actions, enrolment
from firstline.devices.models import EnrolmentToken
from firstline.kit.actor import SYSTEM
from firstline.organizations.testing import make_organization
from firstline.tickets.testing import Cast

URL = "/desk/devices/enrol/"


@pytest.fixture
def ned(cast: Cast, enter: Enter) -> Client:
    """The browser of a specialist of the provider."""
    return enter(make_person("Ned Networker", "network_administrator"))


@pytest.fixture
def fay(cast: Cast, enter: Enter) -> Client:
    """The browser of a specialist who works for a customer."""
    fabrikam = make_organization("Fabrikam")
    return enter(make_person("Fay Fabrikam", "network_administrator", organization=fabrikam))


def wish(cast: Cast, **changes: object) -> dict[str, object]:
    return {"organization": cast.contoso.pk, "owner": "", "uses": "1", "hours": "24", **changes}


@pytest.mark.parametrize(
    "change",
    [
        {"organization": ""}, {"organization": "x"}, {"organization": "999999"}, {"organization": "9" * 40},
        {"owner": "nobody"}, {"owner": "x@nowhere.example"}, {"owner": "nul\x00@x.example"},
        {"owner": "x" * 5000 + "@x.example"}, {"uses": "0"}, {"uses": "1001"}, {"uses": "many"},
        {"uses": "9" * 5000}, {"hours": "0"}, {"hours": "721"}, {"hours": ""}, {"hours": "1.5"},
    ],
)  # fmt: skip
def test_a_token_that_cannot_be(ned: Client, cast: Cast, change: dict[str, object]) -> None:
    answer = ned.post(URL, wish(cast, **{"owner": "rita.requester@example.com", **change}))

    assert answer.status_code == 422
    if "owner" not in change:
        assert 'value="rita.requester@example.com"' in answer.content.decode()
    assert not EnrolmentToken.objects.exists()


def test_on_this_machine_only_the_page_says_so(ned: Client, cast: Cast, settings: Any) -> None:
    settings.FIRSTLINE_PUBLIC_URL = "http://localhost:8000"

    page = ned.post(URL, wish(cast)).content.decode()

    token = enrolment.token_text(EnrolmentToken.objects.get())
    assert "listens on this machine only" in page
    assert "http://localhost:8000/agent/download/firstline-agent.tar.gz" in page
    assert f"install.sh {token}" in page
    assert "--cacert" not in page


def test_a_certificate_of_our_own_is_trusted_by_its_file(ned: Client, cast: Cast, settings: Any) -> None:
    settings.FIRSTLINE_PUBLIC_URL = "https://desk.example.com"
    folder = Path(settings.FIRSTLINE_DATA_DIR) / "tls"
    folder.mkdir(parents=True)
    certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    (folder / "certificate.pem").write_text(certificate)

    page = ned.post(URL, wish(cast)).content.decode()

    assert certificate in page
    assert "curl -fsS --cacert firstline-ca.pem" in page
    assert "install.sh --ca-file firstline-ca.pem FL1." in page
    assert "listens on this machine only" not in page
    assert "--insecure" not in page


def test_a_page_with_a_secret_is_never_kept(ned: Client, cast: Cast) -> None:
    assert "no-store" in ned.post(URL, wish(cast))["Cache-Control"]


def test_a_customers_specialist_sees_and_makes_only_their_own(fay: Client, cast: Cast) -> None:
    actions.create_token(actor=SYSTEM, organization=cast.contoso, owner=cast.requester)
    foreign = EnrolmentToken.objects.get()

    page = fay.get(URL).content.decode()
    refused = fay.post(URL, wish(cast))
    revoked = fay.post(f"/desk/devices/tokens/{foreign.pk}/revocation/")
    made = fay.post(URL, wish(cast, organization=make_organization("Fabrikam").pk))

    foreign.refresh_from_db()
    assert "Contoso" not in page
    assert "Rita Requester" not in page
    assert (refused.status_code, revoked.status_code, made.status_code) == (422, 404, 200)
    assert foreign.revoked_at is None


def test_a_token_is_revoked_once(ned: Client, cast: Cast) -> None:
    token = actions.create_token(actor=SYSTEM, organization=cast.contoso)
    url = f"/desk/devices/tokens/{token.pk}/revocation/"

    assert (ned.post(url).status_code, ned.post(url).status_code) == (303, 404)


def test_a_technician_neither_makes_nor_revokes(tina: Client, cast: Cast) -> None:
    token = actions.create_token(actor=SYSTEM, organization=cast.contoso)

    answers = [tina.post(URL, wish(cast)), tina.post(f"/desk/devices/tokens/{token.pk}/revocation/")]

    token.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert (EnrolmentToken.objects.count(), token.revoked_at) == (1, None)


def test_the_page_costs_the_same_for_one_and_three(ned: Client, cast: Cast) -> None:
    def more() -> None:
        actions.create_token(actor=SYSTEM, organization=cast.contoso, owner=cast.requester)

    more()
    ned.get(URL)
    with CaptureQueriesContext(connection) as one:
        ned.get(URL)
    more()
    more()
    with CaptureQueriesContext(connection) as three:
        page = ned.get(URL).content.decode()

    assert page.count("/revocation/") == 3
    assert len(three) == len(one)
