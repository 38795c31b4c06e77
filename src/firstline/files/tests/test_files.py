import hashlib
import io
import os
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from firstline.accounts.testing import make_person
from firstline.files import permissions
from firstline.files.actions import attach, store, sweep
from firstline.files.models import StoredFile, files_dir
from firstline.files.permissions import can_open, register_access
from firstline.files.queries import get_file_for, open_file
from firstline.files.sniffing import sniff
from firstline.kit import clock
from firstline.kit.actor import ANONYMOUS, SYSTEM, Actor
from firstline.kit.errors import Conflict, InvalidInput, NotFound
from firstline.kit.refs import Ref

MEI = Actor(kind="person", id=7, label="Mei Lin", organization_id=3)
OMAR = Actor(kind="person", id=8, label="Omar", organization_id=3)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
INC = Ref("ticket", 42, "INC-42")


@pytest.fixture(autouse=True)
def own_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "_access", {})


def keep(content: bytes = PNG, name: str = "screen.png", **more: object) -> StoredFile:
    return store(actor=MEI, stream=io.BytesIO(content), name=name, **more)  # type: ignore[arg-type]


def on_disk() -> list[Path]:
    return [path for path in files_dir().rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_stored_file_is_whole_and_known_by_its_bytes() -> None:
    file = keep()

    with open_file(file.id) as stream:
        assert stream.read() == PNG
    assert on_disk() == [file.path]
    assert (file.size_bytes, file.sha256) == (len(PNG), hashlib.sha256(PNG).hexdigest())
    assert (file.content_type, file.is_image) == ("image/png", True)
    assert (file.organization_id, file.created_by_kind, file.created_by_id) == (3, "person", 7)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mei\\屏幕.png", "屏幕.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie: x=1.png"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("", "file"),
    ],
)
@pytest.mark.django_db
def test_name_is_one_harmless_line(given: str, kept: str) -> None:
    assert keep(name=given).name == kept


@pytest.mark.parametrize(("size", "code"), [(0, "file_empty"), (101, "file_too_large")])
@pytest.mark.django_db
def test_unusable_file_leaves_nothing_behind(size: int, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        keep(bytes(size), max_bytes=100)

    assert caught.value.code == code
    assert (on_disk(), StoredFile.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_broken_upload_leaves_nothing_behind() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("gone")
            return super().read(10)

    with pytest.raises(OSError, match="gone"):
        store(actor=MEI, stream=Broken(PNG), name="x")

    assert on_disk() == []


def office() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "content_type"),
    [
        (PNG, "evil.html", "image/png"),
        (b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        (b"GIF89a", "", "image/gif"),
        (b"RIFF....WEBPVP8 ", "", "image/webp"),
        (b"%PDF-1.7", "", "application/pdf"),
        (b"<html><script>alert(1)</script>", "x.png", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg", "text/plain"),
        ("日志：连接超时".encode(), "log.txt", "text/plain"),
        ("日志".encode()[:-1], "log.txt", "text/plain"),
        ("log".encode("utf-16"), "log.txt", "text/plain"),
        (b"\x00\x01\x02", "x.png", "application/octet-stream"),
        ("中文".encode("gb18030"), "log.txt", "application/octet-stream"),
        (office(), "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office(), "a.zip", "application/zip"),
        (b"MZ\x90", "photo.jpg", "application/vnd.microsoft.portable-executable"),
        (b"\x00\x00\x00\x18ftypmp42", "", "video/mp4"),
    ],
)
def test_type_comes_from_the_bytes(head: bytes, name: str, content_type: str) -> None:
    assert sniff(head, name) == content_type


@pytest.mark.django_db
def test_loose_file_is_its_uploaders_alone_then_the_owner_of_the_record_decides() -> None:
    file = keep()
    register_access("ticket", lambda actor, stored: actor.id == 8 and stored.ref_id == 42)

    assert [can_open(actor, file) for actor in (MEI, OMAR, ANONYMOUS, SYSTEM)] == [True, False, False, True]
    attach([file], ref=INC, organization_id=3)
    file.refresh_from_db()

    assert [can_open(actor, file) for actor in (MEI, OMAR, ANONYMOUS)] == [False, True, False]
    assert get_file_for(OMAR, str(file.id)) == file
    with pytest.raises(NotFound):
        get_file_for(MEI, file.id)
    with pytest.raises(NotFound):
        get_file_for(OMAR, "no-id")
    with pytest.raises(ValueError, match="twice"):
        register_access("ticket", lambda actor, stored: True)


@pytest.mark.django_db
def test_file_belongs_to_one_record_for_ever() -> None:
    file = keep()
    attach([file], ref=INC, organization_id=3)
    attach([file], ref=INC, organization_id=3)  # the same again is fine

    with pytest.raises(Conflict) as caught:
        attach([file], ref=Ref("ticket", 43), organization_id=3)

    assert caught.value.code == "file_taken"


@pytest.mark.django_db
def test_bytes_that_are_gone_are_not_found() -> None:
    file = keep()
    file.path.unlink()

    for lost in (file.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            open_file(lost)


@pytest.mark.django_db(transaction=True)
def test_attaching_needs_the_transaction_of_the_change() -> None:
    file = keep()

    with pytest.raises(RuntimeError, match="inside the transaction"):
        attach([file], ref=INC, organization_id=3)


@pytest.mark.django_db(transaction=True)
def test_sweep_removes_what_belongs_to_nothing_after_a_day() -> None:
    kept, loose = keep(), keep()
    with transaction.atomic():
        attach([kept], ref=INC, organization_id=3)
    uncommitted = files_dir() / "aa" / "bb" / uuid.uuid4().hex
    uncommitted.parent.mkdir(parents=True)
    uncommitted.write_bytes(b"row never came")
    partial = kept.path.with_suffix(".part")
    partial.write_bytes(b"half")
    long_ago = (clock.now() - timedelta(days=2)).timestamp()

    assert sweep() == 0
    for path in on_disk():
        os.utime(path, (long_ago, long_ago))
    with clock.frozen(clock.now() + timedelta(days=2)):
        removed = sweep()

    assert removed == 3
    assert on_disk() == [kept.path]
    assert not StoredFile.objects.filter(id=loose.id).exists()


@pytest.mark.django_db
def test_file_is_served_so_that_nothing_in_it_can_run(client: Client) -> None:
    person = make_person()
    actor = Actor(kind="person", id=person.pk)
    client.force_login(person)
    page = store(actor=actor, stream=io.BytesIO(b"<script>alert(1)</script>"), name="报告.html")
    image = store(actor=actor, stream=io.BytesIO(PNG), name="screen.png")

    answer = client.get(page.url)
    shown = client.get(image.url)
    again = client.get(image.url, headers={"If-None-Match": shown["ETag"]})

    assert b"".join(answer) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A.html"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown["Content-Disposition"] == 'inline; filename="screen.png"'
    assert again.status_code == 304
    for response in (answer, shown):
        response.close()


@pytest.mark.django_db
def test_file_of_somebody_else_looks_like_none(client: Client) -> None:
    file = keep()
    signed_out = client.get(file.url)
    client.force_login(make_person())

    assert signed_out.status_code == 302
    assert client.get(file.url).status_code == 404
    assert client.get(f"/files/{uuid.uuid4()}/").status_code == 404
