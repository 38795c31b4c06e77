"""What is taken out, and what must stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.redaction import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("王芳的电脑，手机 13812345678，密码：abc12345", "[姓名]的电脑，手机 [电话]，密码：[已删除]"),
        ("请联系 wang.fang@corp.example.cn", "请联系 [邮箱]"),
        ("分机 010-62345678 无人接听", "分机 [电话] 无人接听"),
        ("王芳，您好！\n重启即可。\n谢谢！", "重启即可。"),
    ],
)
def test_chinese(text, expected):
    assert redact(text, names=["王芳"], language="zh-hans")[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Version 10.0.19045.3803 at 192.168.100.23, error 0x80070005",
        "KB5034441 needs 250 MB; ticket 20261123-1",
        "The password expired and must be changed.",
        "Use port 8443 on vpn.example.com:8443",
    ],
)
def test_facts_stay(text):
    found = redact(text, names=["Al"])

    assert found == (text, {})


def test_keys_and_parts_of_names_go():
    text = "Anna's token: ghp_abcdefghijklmnop1234 for annabel\neyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM"

    assert redact(text, names=["Anna Zhang"])[0] == "[name]'s token: [removed] for annabel\n[removed]"


@given(st.text(), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_taken(text, names):
    redact(text, names=names)
