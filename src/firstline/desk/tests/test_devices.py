"""Devices, their enrolment, and the agent to download."""

import io
import tarfile
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from firstline.accounts.testing import make_person
from firstline.desk.tests.conftest import Enter
from firstline.desk.tests.test_pages import make_device
from firstline.devices import actions, enrolment
from firstline.devices.models import Device, EnrolmentToken
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.tickets.testing import Cast


@pytest.fixture
def admin(cast: Cast, enter: Enter) -> Client:
    return enter(make_person("Ada Admin", "administrator"))


def test_the_list_finds_by_owner_and_state(cast: Cast, tina: Client) -> None:
    make_device(cast, hostname="LT-1")
    make_device(cast, hostname="LT-2", owner=None, identity=b"2" * 32, is_online=True)

    by_owner = tina.get("/desk/devices/?q=rita").content.decode()
    online = tina.get("/desk/devices/?state=online").content.decode()
    csv = tina.get("/desk/devices/export/csv/?q=rita").content.decode("utf-8-sig")

    assert ("LT-1" in by_owner, "LT-2" in by_owner) == (True, False)
    assert ("LT-1" in online, "LT-2" in online) == (False, True)
    assert len(csv.strip().splitlines()) == 2


def test_a_device_says_how_it_does_whatever_it_claims(cast: Cast, tina: Client) -> None:
    device = make_device(
        cast,
        health={"cpu_percent": 97, "memory_used_bytes": 2**30, "memory_total_bytes": 2**31},
        facts={"disks": ["nonsense", {"mount": "<b>/"}], "cpu_model": "<script>"},
    )

    html = tina.get(f"/desk/devices/{device.pk}/").content.decode()

    assert "97 %" in html
    assert "1.0 GB of 2.0 GB" in html
    assert "<script>" not in html.replace('<script type="', "")
    assert "<b>/" not in html


def test_name_and_owner_change_only_within_the_organisation(cast: Cast, admin: Client, tina: Client) -> None:
    device = make_device(cast)
    address = f"/desk/devices/{device.pk}/edit/"

    assert tina.get(address).status_code == 403
    refused = admin.post(address, {"display_name": "Till 3", "owner": cast.stranger.email})
    assert (refused.status_code, "Till 3" in refused.content.decode()) == (422, True)

    admin.post(address, {"display_name": "Till 3", "owner": cast.colleague.email})
    device.refresh_from_db()
    assert (device.display_name, device.owner_id) == ("Till 3", cast.colleague.pk)


def test_revoking_a_device(cast: Cast, admin: Client) -> None:
    device = make_device(cast)

    admin.post(f"/desk/devices/{device.pk}/revocation/")

    device.refresh_from_db()
    assert device.state == "revoked"


def test_a_token_is_shown_once_with_its_commands(cast: Cast, admin: Client, tina: Client) -> None:
    assert tina.get("/desk/devices/enrol/").status_code == 403
    data = {"organization": cast.contoso.pk, "owner": cast.requester.email, "uses": 2, "hours": 5}

    made = admin.post("/desk/devices/enrol/", data).content.decode()

    token = EnrolmentToken.objects.get()
    text = enrolment.token_text(token)
    assert text in made
    assert text not in admin.get("/desk/devices/enrol/").content.decode()
    assert (token.owner_id, token.uses_max) == (cast.requester.pk, 2)
    assert token.expires_at - clock.now() < timedelta(hours=5, minutes=1)

    admin.post(f"/desk/devices/tokens/{token.pk}/revocation/")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_an_owner_of_another_organisation_is_refused(cast: Cast, admin: Client) -> None:
    data = {"organization": cast.contoso.pk, "owner": cast.stranger.email, "uses": 1, "hours": 5}

    answer = admin.post("/desk/devices/enrol/", data)

    assert (answer.status_code, EnrolmentToken.objects.count()) == (422, 0)


def test_the_agent_is_for_those_who_enrol_and_holders_of_a_token(
    cast: Cast, admin: Client, tina: Client
) -> None:
    address = "/agent/download/firstline-agent.tar.gz"
    token = actions.create_token(actor=SYSTEM, organization=cast.contoso)
    held = {"Authorization": f"Bearer {enrolment.token_text(token)}"}

    assert Client().get(address).status_code == 404
    assert tina.get(address).status_code == 404
    assert Client().get(address, headers={"Authorization": "Bearer FL1.nonsense"}).status_code == 404
    assert admin.get(address).status_code == 200

    content = Client().get(address, headers=held).content
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        names, installer = archive.getnames(), archive.getmember("firstline-agent/install.sh")
    for name in ("install.sh", "agent/pyproject.toml", "protocol/src/firstline_protocol/messages.py"):
        assert f"firstline-agent/{name}" in names
    assert installer.mode == 0o755

    actions.revoke_token(actor=SYSTEM, token=token)
    assert Client().get(address, headers=held).status_code == 404


def test_the_command_prints_only_a_token(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("device", "token", "--owner", cast.requester.email)

    token = EnrolmentToken.objects.get()
    assert capsys.readouterr().out == enrolment.token_text(token) + "\n"
    assert (token.organization_id, token.owner_id) == (cast.contoso.pk, cast.requester.pk)


@pytest.mark.parametrize(
    "arguments",
    [["--demo"], ["--organization", "Nowhere"], ["--owner", "x@nowhere.example"], ["--uses", "0"]],
)
def test_the_command_refuses_with_a_sentence(cast: Cast, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"\w+ \w+"):
        call_command("device", "token", *arguments)

    assert not Device.objects.exists()
    assert not EnrolmentToken.objects.exists()
