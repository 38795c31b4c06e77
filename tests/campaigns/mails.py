# ruff: noqa: E501 - a mail reads best on its line
"""Mails of a careless or hostile world."""

import base64

from tests.campaigns.payloads import document_bomb, picture

CODECS_THAT_LIE = (
    "x-klingon", "undefined", "idna", "punycode", "unicode_escape", "base64", "zlib", "rot13", "utf-7",
    "utf-16", "utf-32", "cp037", "iso-2022-jp", "iso-2022-kr", "hz", "gb18030", "big5", "shift_jis", "\x00",
    "a" * 300, "utf-8;boundary", "unknown-8bit", "mbcs", "raw_unicode_escape", "quopri", "bz2",
)  # fmt: skip
HIGH = bytes(range(128, 256)) + b"\x84\x31\xa4\x37\x1b$B\x1b(I~{!!~}\x1b$)C\x0e\xff\xfe\r\n"


def mail(
    *headers: bytes, body: bytes = b"hello\r\n", sender: bytes = b"Client <client01@works.example>"
) -> bytes:
    """One message with these headers."""
    head = [b"From: " + sender, b"To: support@localhost", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def multipart(boundary: bytes, body: bytes, subject: bytes = b"Subject: parts") -> bytes:
    return mail(subject, b"Content-Type: multipart/mixed; boundary=" + boundary, body=body)


def attached(name: bytes, kind: bytes, content: bytes) -> bytes:
    """A message with one attachment."""
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    head = (
        b"--x\r\nContent-Type: %s\r\nContent-Disposition: attachment; filename=%s\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" % (kind, name)
    )
    text = b"--x\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n"
    return multipart(b"x", text + head + encoded + b"\r\n--x--\r\n", b"Subject: a file")


def _nested(depth: int) -> bytes:
    parts = (
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth)
    )
    return b"".join(parts)


def _letters_in_letters(depth: int) -> bytes:
    inner = b"Subject: innermost\r\n\r\nhello\r\n"
    for _ in range(depth):
        inner = b"Subject: outer\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    return inner


_PRINTABLE = bytes(byte for byte in range(1, 256) if byte not in b"\r\n")
_TRAVERSING = b'Content-Disposition: attachment; filename="../../etc/passwd\x00"'
_MANY = b"".join(
    b"--x\r\nContent-Disposition: attachment; filename=f%d\r\n\r\nx\r\n" % n for n in range(1500)
)

MAILS = {
    "nothing at all": b"",
    "no header": b"only words\r\n",
    "only a header": b"From: Client <client01@works.example>\r\n",
    "no sender": b"To: support@localhost\r\nSubject: who?\r\n\r\nhello\r\n",
    "many senders": mail(b"From: c@works.example", sender=b"a@works.example, b@works.example"),
    "sender of nowhere": mail(sender=b"<@>"),
    "sender with zero bytes": mail(sender=b"Cl\x00ient <client\x0001@works.example>"),
    "header within the name": mail(sender=b'"a\r\n Bcc: b@c" <client02@works.example>'),
    "endless sender": mail(sender=b"a" * 30_000 + b"@works.example"),
    "zero bytes": mail(b"Subject: z\x00ero", body=b"ze\x00ro\r\n"),
    "every byte": mail(b"Subject: bytes", body=_PRINTABLE),
    "direction marks": mail("Subject: \u202egnp.exe\u2066 \ufeff\U0010ffff".encode(), body="\u202e\u0000\r\n".encode()),
    "raw Chinese in headers": mail("Subject: 打印机坏了".encode("gb18030"), sender="王芳 <client01@works.example>".encode("gbk")),
    "surrogates": mail(b"Subject: =?utf-8?b?7aCA?=", b"Content-Type: text/plain; charset=utf-8", body=b"\xed\xa0\x80\xed\xbf\xbf\r\n"),
    "words that lie": mail(
        b"Subject: =?gb18030?b?/////w==?= =?iso-2022-jp?b?GyRC//8=?= =?x?q?=?= =?utf-8?b?//////8=?=",
        b"X: =?idna?q?x?=",
    ),
    "words in their thousands": mail(b"Subject: " + b" ".join([b"=?utf-8?q?=E4=BD=A0?="] * 4000)),
    "broken base64": mail(b"Subject: b", b"Content-Transfer-Encoding: base64", body=b"!!!===@@\r\n"),
    "broken quoted-printable": mail(b"Content-Transfer-Encoding: quoted-printable", body=b"=ZZ=\r\n=4\r\n=" * 500),
    "unknown transfer encoding": mail(b"Content-Transfer-Encoding: x-uuencode", body=b"begin 644 x\r\n#86)C\r\n"),
    "no boundary": mail(b"Subject: m", b"Content-Type: multipart/mixed"),
    "empty boundary": multipart(b'""', b"--\r\n\r\nx\r\n----\r\n"),
    "boundary that never comes": multipart(b"x", b"hello\r\n"),
    "boundary that never ends": multipart(b"x", b"--x\r\n\r\nhello\r\n"),
    "boundary of its child": multipart(b"x", b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ny\r\n--x--\r\n"),
    "too deep": multipart(b"b0", _nested(150)),
    "letters in letters": _letters_in_letters(200),
    "thousands of parts": multipart(b"x", _MANY + b"--x--\r\n"),
    "endless header": mail(b"Subject: " + b"long " * 20_000),
    "endless header name": mail(b"X" * 100_000 + b": y"),
    "thousands of headers": mail(*[b"X-Filler: 1"] * 5000),
    "thousands of references": mail(b"References: " + b" <r@x>" * 5000),
    "thousands of copies": mail(b"Cc: " + b", ".join(b"c%d@works.example" % n for n in range(5000))),
    "header without a colon": mail(b"this is no header", b" nor its second line", b": neither"),
    "line ends of others": b"From: client01@works.example\rSubject: cr\r\rbody\r",
    "bare line feeds": b"From: client01@works.example\nSubject: lf\n\nbody\n.\n",
    "no date": mail(b"Subject: d", b"Date: the day after tomorrow"),
    "dates of other ages": mail(b"Date: Mon, 01 Jan 0000 00:00:00 +9999", b"Date: Fri, 31 Dec 99999 25:61:61 -2500"),
    "two identities": mail(b"Message-ID: <one@works.example>", b"Message-ID: <two@works.example>"),
    "identity of nobody": mail(b"Message-ID: " + b"<" * 3000, b"In-Reply-To: <>"),
    "answer to itself": mail(b"Message-ID: <self@works.example>", b"In-Reply-To: <self@works.example>"),
    "answer to an invented ticket": mail(
        b"In-Reply-To: <ticket-99999999999999999999.receipt@localhost>", b"Subject: Re: [INC-999999999999999999999]"
    ),
    "answer to another customer's ticket": mail(b"In-Reply-To: <ticket-1.receipt@localhost>", b"Subject: Re: [INC-1] mine?"),
    "loop of ours": mail(b"X-Loop: support@localhost", b"X-Firstline-Loop: 1", b"Auto-Submitted: auto-generated"),
    "loop of sixty stations": mail(*[b"Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000"] * 60),
    "from ourselves": mail(sender=b"support@localhost"),
    "out of office": mail(b"Auto-Submitted: auto-replied", b"Precedence: bulk", b"X-Auto-Response-Suppress: All"),
    "script": mail(
        b"Subject: <script>", b"Content-Type: text/html", body=b"<script>alert(1)</script><p onclick=x>"
    ),
    "unclosed markup": mail(b"Content-Type: text/html", body=b"<div><table>" * 3000),
    "deep markup": mail(b"Content-Type: text/html", body=b"<b>" * 50_000),
    "endless comment": mail(b"Content-Type: text/html", body=b"<!--" + b"-" * 500_000),
    "entities of entities": mail(b"Content-Type: text/html", body=b"&amp;" * 100_000 + b"&#x110000;&#55296;"),
    "quotes within quotes": mail(body=b">" * 5000 + b" hi\r\n" + b"> " * 20_000),
    "path as a name": multipart(b"x", b"--x\r\n" + _TRAVERSING + b"\r\n\r\nroot\r\n--x--\r\n"),
    "name that lies": attached(b'"invoice.pdf.exe"', b"application/pdf", b"MZ\x90\x00 not a document"),
    "picture that is a page": attached(b"cat.png", b"image/png", b"<svg onload=alert(1)></svg><script>1</script>"),
    "document bomb": attached(b"bomb.docx", b"application/msword", document_bomb()),
    "picture of gigapixels": attached(b"huge.png", b"image/png", picture(60_000, 60_000)),
    "empty attachment": attached(b"empty", b"text/plain", b""),
    "twelve megabytes": attached(b"big.bin", b"application/octet-stream", b"\x01\x02" * 6_000_000),
    "a line of megabytes": mail(body=b"a" * 3_000_000 + b"\r\n"),
    "bounce of nothing": mail(
        b"Auto-Submitted: auto-replied",
        b"Content-Type: multipart/report; boundary=x; report-type=delivery-status",
        body=b"--x\r\n\r\n--x--\r\n",
        sender=b"MAILER-DAEMON@works.example",
    ),
    "signed by nobody": mail(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data", body=b"MIIB\r\n"),
    "calendar": mail(b"Content-Type: text/calendar; method=REQUEST", body=b"BEGIN:VCALENDAR\r\n" * 3000),
    **{
        f"charset {codec[:20]!r}": mail(
            b"Subject: charset", b"Content-Type: text/plain; charset=" + codec.encode(), body=HIGH
        )
        for codec in CODECS_THAT_LIE
    },
}  # fmt: skip
