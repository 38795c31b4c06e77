"""What a text is found under."""

from hypothesis import given
from hypothesis import strategies as st

from firstline.search.analysis import query_terms, tokens


def test_words_identifiers_and_chinese():
    assert tokens("VPN fails: INC-42, KB5034441") == [
        "vpn",
        "fails",
        "inc-42",
        "inc",
        "42",
        "kb5034441",
        "kb",
        "5034441",
    ]
    assert tokens("打印机 ＶＰＮ") == ["打", "印", "机", "打印", "印机", "vpn"]
    assert tokens("ask admin@corp.example about 192.168.1.1")[1:4] == ["admin@corp.example", "admin", "corp"]


def test_queries_want_every_word_and_the_start_of_the_last():
    assert query_terms("vpn conn") == (["vpn"], "conn")
    assert query_terms("vpn conn ") == (["vpn", "conn"], "")
    assert query_terms("硒鼓没") == (["硒鼓", "鼓没"], "")
    assert query_terms("鼓") == (["鼓"], "")
    assert query_terms("Straße INC-4") == (["strasse"], "inc-4")
    assert query_terms(" ?! ") == ([], "")


@given(st.text())
def test_what_is_typed_is_found_in_what_was_typed(text):
    known = set(tokens(text))
    terms, prefix = query_terms(text)

    assert not any(character.isspace() for term in known for character in term)
    assert set(terms) <= known
    assert not prefix or any(term.startswith(prefix) for term in known)
