"""What real senders write, and what they would write to harm us."""

# ruff: noqa: E501 - raw messages read best on one line

import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.mail.parsing import Address, parse, peek_message_id

HEAD = b"From: Anna <anna@contoso.com>\r\n"


def body_of(data: bytes, charset: str = "", encoding: str = "8bit") -> str:
    head = f"Content-Type: text/plain; charset={charset}\r\n" if charset else ""
    return parse(HEAD + head.encode() + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + data).text


@pytest.mark.parametrize(
    ("written", "declared"),
    [
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", "utf-8"),
        ("gb18030", ""),
        ("gb18030", "iso-8859-1"),
        ("gb18030", "x-unknown"),
        ("utf-8", "gb2312"),
        ("utf-8", "us-ascii"),
        ("utf-8", "idna"),
        ("utf-8", ""),
        ("utf-16", "utf-8"),
        ("big5", "big5"),
    ],
)
def test_chinese_whatever_the_sender_declared(written, declared):
    text = "三樓列印機沒有碳粉" if written == "big5" else "三楼的打印机没有墨粉了，请帮忙。"

    assert body_of(text.encode(written), declared) == text


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ("Grüße aus Köln".encode("latin-1"), "", "Grüße aus Köln"),
        ("Grüße aus Köln".encode("latin-1"), "utf-8", "Grüße aus Köln"),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”"),
        ("プリンター".encode("iso-2022-jp"), "", "プリンター"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("naïve café".encode(), "iso-8859-15", "naïve café"),
        *[
            ("打印机".encode(), lie, "打印机")
            for lie in ("base64", "zlib", "rot13", "quopri", "bz2", "\x00", "idna")
        ],
    ],
)
def test_other_languages(data, charset, expected):
    assert body_of(data, charset) == expected


def test_no_control_character_is_part_of_an_identity():
    mail = parse(
        b"From: Client <cli\x00ent@works.example>\r\nReply-To: ok@works.example\r\nMessage-ID: <a\x00b@c>\r\n"
        b"In-Reply-To: <d\x01e@f> <g@h>\r\nSubject: z\x00ero\r\n\r\nze\x00ro\r\n"
    )

    assert (
        "\x00" not in f"{mail.from_}{mail.message_id}{mail.in_reply_to}{mail.subject}{mail.text}{mail.html}"
    )
    assert mail.in_reply_to == ("<g@h>",)


def test_headers_as_they_come():
    mail = parse(
        b"From: =?gb2312?B?1cU=?= =?gb2312?B?yP0=?= <Zhang@Corp.EXAMPLE>\r\n"
        b'To: "Desk, IT" <support@localhost>, undisclosed-recipients:;, bare@b.example (Bob)\r\n'
        b"Cc: <@relay.example:old@b.example>; =?utf-8?q?Jos=C3=A9?= <jose@b.example>\r\n"
        b"Subject: =?utf-8?B?5omT5Y2w?=\r\n =?utf-8?B?5py6?= =?utf-8?Q?_VPN=21?=\r\n"
        b"Message-ID: <a@b>\r\nIn-Reply-To: <c@d> (was: x)\r\nReferences: <e@f>\r\n\t<c@d>\r\n"
        b"Date: Mon, 23 Nov 2026 21:00:00 +0800\r\n\r\nhi"
    )

    assert mail.from_ == Address("Zhang@corp.example", "张三")
    assert mail.to == (Address("support@localhost", "Desk, IT"), Address("bare@b.example", "Bob"))
    assert mail.cc == (Address("old@b.example"), Address("jose@b.example", "José"))
    assert mail.subject == "打印机 VPN!"
    assert (mail.message_id, mail.thread_ids) == ("<a@b>", ("<c@d>", "<e@f>"))
    assert mail.date.isoformat() == "2026-11-23T13:00:00+00:00"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=utf-8''%E6%88%AA%E5%9B%BE.png", "截图.png"),
        ("attachment; filename*0*=gb18030''%BD%D8; filename*1*=%CD%BC.png", "截图.png"),
        ('attachment; filename="=?utf-8?B?5oiq5Zu+LnBuZw==?="', "截图.png"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\tmp\\\\x.png"', "x.png"),
        ('attachment; filename="..."', "attachment.png"),
        ("attachment", "attachment.png"),
        ('attachment; filename="a\u202egnp.exe"', "agnp.exe"),
    ],
)
def test_file_names_are_read_and_made_safe(disposition, name):
    mail = parse(
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsee\r\n--x\r\nContent-Type: image/png\r\n"
        + f"Content-Disposition: {disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8\r\n".encode()
        + b"--x--\r\n"
    )

    assert [(file.filename, file.data) for file in mail.attachments] == [(name, b"hello")]


def test_a_message_of_the_standard_library_comes_back():
    made = EmailMessage()
    made["From"], made["Subject"] = "Anna <anna@contoso.com>", "截图"
    made.set_content("Siehe Bild\n")
    made.add_alternative('<p>Siehe <b>Bild</b></p><img src="cid:pic"><script>x</script>', subtype="html")
    made.get_payload()[1].add_related(b"png", "image", "png", cid="<pic>", filename="b.png")
    made.add_attachment(b"zip", maintype="application", subtype="zip", filename="日志.zip")

    mail = parse(made.as_bytes())

    assert (mail.text, mail.html) == ("Siehe Bild", '<p>Siehe <b>Bild</b></p><img src="cid:pic">')
    assert [(f.filename, f.inline, f.data) for f in mail.attachments] == [
        ("b.png", True, b"png"),
        ("日志.zip", False, b"zip"),
    ]


def test_html_alone_is_read_as_text_and_calls_nobody():
    mail = parse(
        HEAD + b"Content-Type: text/html\r\n\r\n"
        b"<style>p{}</style><p>Hello&nbsp;<b>desk</b>,</p><ul><li>one<li>two</ul>"
        b'<p>see <a href="https://x.example/a">here</a></p><img src="https://spy.example/p.gif">'
    )

    assert mail.text == "Hello desk,\n\n- one\n- two\nsee here <https://x.example/a>"
    assert "spy.example" not in mail.html


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n",
        HEAD
        + b"Content-Type: multipart/mixed\r\n\r\n--odd\r\nContent-Type: text/plain\r\n\r\nhello\r\n--odd--",
        HEAD + b"Content-Type: multipart/mixed; boundary=gone\r\n\r\nhello",
        HEAD + b"Content-Type: nonsense\r\n\r\nhello",
        HEAD + b"This is no header\r\nSubject: x\r\n\r\nhello",
        b"From someone Mon Nov 23\r\n" + HEAD + b"\r\nhello",
        HEAD.replace(b"\r\n", b"\n") + b"\nhello",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8",
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nhel=\r\nlo=",
    ],
)
def test_broken_mime_is_still_read(raw):
    assert parse(raw).text.strip() == "hello"


REPLIES = {
    "gmail": "Works now.\n\nOn Mon, Nov 23, 2026 at 9:00 PM IT Support <support@x.example>\nwrote:\n\n> Did it\n> help?\n",
    "gmail zh": "好了。\n\nIT 支持 <support@x.example> 于2026年11月23日周一 21:00写道：\n\n> 好了吗？\n",
    "apple": "Works now.\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 21:00, IT <s@x.example> wrote:\n> \n> Did it?\n",
    "apple zh": "好了。\n\n发自我的iPhone\n\n> 在 2026年11月23日，21:00，IT <s@x.example> 写道：\n> \n> 好了吗\n",
    "outlook": "Works now.\n\n________________________________\nFrom: IT <s@x.example>\nSent: Monday\nTo: Anna\nSubject: VPN\n\nDid it?",
    "outlook old": "Works now.\n\n-----Original Message-----\nFrom: IT\nSent: Monday\n\nDid it?",
    "outlook zh": "好了。\n\n发件人: IT <s@x.example>\n发送时间: 2026年11月23日\n收件人: 张三\n主题: VPN\n\n好了吗？",
    "qq": '好了。\n\n\n------------------ 原始邮件 ------------------\n发件人: "IT" <s@x.example>;\n发送时间: 2026\n\n好了吗',
    "netease": '好了。\n\n\n\n\n\nAt 2026-11-23 21:00:00, "IT" <s@x.example> wrote:\n>好了吗\n',
    "netease 2": "好了。\n---- 回复的原邮件 ----\n| 发件人 | IT |\n| 日期 | 2026 |\n好了吗",
    "netease 3": '好了。\n\n在 2026-11-23 21:00:00，"IT" <s@x.example> 写道：\n\n好了吗',
    "thunderbird": "Works now.\n\n-- \nAnna Zhang\nContoso\n\nOn 23.11.26 21:00, IT wrote:\n> Did it?\n",
    "below": "On 23.11.26 21:00, IT wrote:\n> Did it\n> help?\n\nWorks now.\n",
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_the_reply_without_quotation_and_signature(name):
    reply = parse(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + REPLIES[name].encode()).reply

    assert reply == ("好了。" if "好了" in REPLIES[name] else "Works now.")


@pytest.mark.parametrize(
    "html",
    [
        '<div>Works now.</div><br><div class="gmail_quote"><div>On Mon, Nov 23, 2026 at 9:00 PM IT wrote:<br></div>'
        "<blockquote>Did it?</blockquote></div>",
        "<div>Works now.</div><blockquote type=cite><div>On 23 Nov, IT wrote:</div>Did it?</blockquote>",
        '<p>Works now.</p><div><div style="border-top:solid"><p><b>From:</b> IT<br><b>Sent:</b> Mon<br><b>To:</b> Anna'
        "<br><b>Subject:</b> VPN</p></div></div><p>Did it?</p>",
    ],
)
def test_quotations_in_html(html):
    assert parse(HEAD + b"Content-Type: text/html\r\n\r\n" + html.encode()).reply == "Works now."


def test_what_only_looks_like_a_quotation_stays():
    for text in (
        "On Monday I wrote:\nthe VPN is down",
        "From: the third floor we cannot print.\nPlease help",
        "See below.\n\nBegin forwarded message:\n\nFrom: Bob\nTo: Anna\nSubject: x\n\nThe server is down",
        "> all quoted",
        "You asked:\n> which version?\n10.4\n> which site?\nBerlin",
    ):
        assert parse(HEAD + b"\r\n" + text.encode()).reply == text


@pytest.mark.parametrize(
    ("head", "mail_class", "is_automatic"),
    [
        ("", "person", False),
        ("Auto-Submitted: auto-replied\r\n", "auto_reply", True),
        ("Auto-Submitted: auto-generated\r\n", "person", True),
        ("Auto-Submitted: no\r\n", "person", False),
        ("Subject: Automatic reply: VPN\r\n", "auto_reply", True),
        ("Subject: 自动回复：VPN\r\n", "auto_reply", True),
        ("List-Id: <all.contoso.com>\r\n", "list", True),
        ("Precedence: bulk\r\n", "person", True),
        ("X-Firstline-Loop: support@localhost\r\n", "loop", True),
        ("Received: x\r\n" * 51, "loop", True),
        ("X-Failed-Recipients: a@b.example\r\n", "bounce", True),
    ],
)
def test_who_wrote_it(head, mail_class, is_automatic):
    mail = parse(head.encode() + HEAD + b"\r\nhi")

    assert (mail.mail_class, mail.is_automatic) == (mail_class, is_automatic)


def test_our_own_address_as_sender_is_a_loop():
    raw = b"From: support@localhost\r\n\r\nhi"

    assert parse(raw, own_addresses=frozenset({"support@localhost"})).mail_class == "loop"


def test_a_plain_bounce_names_recipient_and_reason():
    mail = parse(
        b"From: Mail Delivery Subsystem <mailer-daemon@mx.example>\r\nSubject: Delivery Status Notification\r\n\r\n"
        b"Could not deliver to gone@contoso.com:\n550 5.1.1 No such user\n\n> Message-ID: <x@support.example>\n"
    )

    assert mail.mail_class == "bounce"
    assert (mail.bounces[0].recipient, mail.bounces[0].status) == ("gone@contoso.com", "5.1.1")
    assert mail.bounced_message_id == "<x@support.example>"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "no_sender"),
        (HEAD + b"\r\n\r\n", "empty"),
        (b"Subject: x\r\n\r\nhi", "no_sender"),
        (HEAD + b"X: " + b"y" * 300_000 + b"\r\n\r\nhi", "header_too_large"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 1001, "too_many_parts"),
        (
            HEAD
            + b"".join(
                b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (n, n) for n in range(2000)
            ),
            "too_deep",
        ),
    ],
)
def test_what_is_refused_has_a_reason(raw, fault):
    assert parse(raw).fault == fault


BOMBS = [
    b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x" * 700_000,
    b"Content-Type: multipart/mixed; boundary=-\n\n" + b"\n---" * 500_000,
    b"Subject: " + b"=?a?q?" * 300_000,
    b"To: " + b"<a@b,(" * 300_000,
    b"Content-Type: a/b" + b';a="\\' * 300_000,
    b"Content-Type: text/html\n\n" + b"<div><i><a href=x>" * 100_000,
    b"Content-Type: text/html\n\n" + b"<b></p>" * 5_900,
    b"Content-Type: text/html\n\n" + b"<!--" * 500_000,
    b"Content-Type: text/html\n\n" + b"<" * 2_000_000,
    b"\n" + b"> \n" * 600_000,
    b"\n" + b"on 1 " * 400_000,
    b"\n" + b"On 1\n" * 19_000,
    b"\n" + b"-" * 2_000_000,
    b"\n" + b"From: x\n" * 19_000,
    b"\n" + b">\n" * 9_999 + b"x\n" * 9_999,
    b"Content-Transfer-Encoding: base64\nContent-Type: image/png\n\n" + b"QUFB" * 5_000_000,
]


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_takes_no_longer_than_its_length_deserves(bomb):
    start = time.process_time()

    parse(HEAD + bomb)

    assert time.process_time() - start < 20  # 0.1 to 0.6 s here; anything quadratic takes minutes


PIECES = [
    b"\r\n", b"\n", b"\r", b"From: a@b", b"Subject: ", b"Content-Type: multipart/mixed; boundary=x", b"--x", b"--x--",
    b"Content-Type: text/html; charset=gb2312", b"Content-Type: message/rfc822", b"=?utf-8?B?", b"?=", b"<div>", b"</div>",
    b"Content-Transfer-Encoding: base64", b"Content-Disposition: attachment; filename*0*=", b"\xff\xfe", b"\x00", b"> ",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x", b"Final-Recipient: rfc822;", b"-- \n",
    b"On 1 Jan, x wrote:", b"Content-Transfer-Encoding: x-uuencode", b"begin 644 x\n", "写道：".encode("gb18030"),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=40).map(b"".join))
def test_no_bytes_make_the_parser_raise(raw):
    mail = parse(raw, envelope_from=None, own_addresses=frozenset({"a@b"}))

    assert bool(mail.reply) == bool(mail.text.strip())
    assert all(file.filename and "/" not in file.filename for file in mail.attachments)
    assert peek_message_id(raw) == mail.message_id
