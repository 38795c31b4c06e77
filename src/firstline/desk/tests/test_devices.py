"""Devices, their enrolment, and the agent to download."""

import io
import tarfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.testing import make_person
from firstline.desk.tests.conftest import Enter
from firstline.desk.tests.test_pages import make_device
from firstline.devices import actions, enrolment
from firstline.devices.models import Device, EnrolmentToken
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.remote.actions import request_diagnostics
from firstline.tickets.testing import Cast, make_ticket


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


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=lt%00", "q=%25", "q=" + "x" * 3000, "state=nonsense", "state=%00", "sort=nonsense",
        "sort=-%00", "page=0", "page=-1", "page=x", "page=" + "9" * 18, "page=" + "9" * 40,
    ],
)  # fmt: skip
def test_hostile_addresses_show_a_page(tina: Client, device: Device, query: str) -> None:
    assert tina.get(f"/desk/devices/?{query}").status_code == 200
    assert tina.get(f"/desk/devices/export/csv/?{query}").status_code == 200


def test_devices_page_by_page_in_the_order_chosen(
    cast: Cast, tina: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firstline.desk.views.devices.PAGE_ROWS", 2)
    for number in range(3):
        make_device(cast, hostname=f"LT-{number}", identity=bytes([number]) * 32)

    first, second = (tina.get(f"/desk/devices/?sort=-name&page={page}").content.decode() for page in (1, 2))

    assert first.index("LT-2") < first.index("LT-1")
    assert "LT-0" not in first
    assert "LT-0" in second
    assert "?sort=-name&amp;page=2" in first


def test_devices_as_a_workbook(cast: Cast, tina: Client) -> None:
    make_device(cast, hostname="=1+1", os_name="Debian", os_version="12", is_online=True)

    answer = tina.get("/desk/devices/export/xlsx/?state=online")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][:7] == ["=1+1", "=1+1", "Rita Requester", "Contoso", "Enrolled", "yes", "Debian 12"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert tina.get("/desk/devices/export/pdf/").status_code == 404


@pytest.mark.parametrize("owner", ["nobody", "x@nowhere.example", "nul\x00@x.example", "x" * 5000])
def test_an_owner_that_cannot_be_is_refused_and_the_words_are_kept(
    cast: Cast, admin: Client, device: Device, owner: str
) -> None:
    answer = admin.post(f"/desk/devices/{device.pk}/edit/", {"display_name": "kept name", "owner": owner})

    device.refresh_from_db()
    assert answer.status_code == 422
    assert 'value="kept name"' in answer.content.decode()
    assert (device.display_name, device.owner_id) == ("", cast.requester.pk)


def test_a_name_is_one_clean_line_and_the_owner_may_be_nobody(admin: Client, device: Device) -> None:
    admin.post(f"/desk/devices/{device.pk}/edit/", {"display_name": "Till\x00\n3" + "x" * 500, "owner": ""})

    device.refresh_from_db()
    assert device.display_name.startswith("Till 3xxx")
    assert (len(device.display_name), device.owner_id) == (200, None)


def test_a_revoked_device_is_revoked_once(admin: Client, device: Device) -> None:
    url = f"/desk/devices/{device.pk}/revocation/"

    assert (admin.post(url).status_code, admin.post(url).status_code) == (303, 409)
    page = admin.get(f"/desk/devices/{device.pk}/").content.decode()
    assert "Run a command" not in page
    assert "Revoked" in page


def test_list_and_device_cost_the_same_for_one_and_three(cast: Cast, tina: Client, device: Device) -> None:
    def more(number: int) -> None:
        make_device(cast, hostname=f"LT-{number}", identity=bytes([number]) * 32)
        make_ticket(cast, device=device)
        request_diagnostics(actor=cast.actor("technician"), device=device)

    def costs() -> list[int]:
        counted = []
        for url in ("/desk/devices/", f"/desk/devices/{device.pk}/", f"/desk/devices/{device.pk}/history/"):
            with CaptureQueriesContext(connection) as captured:
                tina.get(url)
            counted.append(len(captured))
        return counted

    more(1)
    costs()
    before = costs()
    more(2)
    more(3)

    assert costs() == before
    assert max(before) <= 16
