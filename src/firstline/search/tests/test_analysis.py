"""What a text is found under."""

from hypothesis import given
from hypothesis import strategies as st

from firstline.search.analysis import analyse, words
from firstline.search.terms import SPECIAL


def test_words_identifiers_and_chinese():
    found = analyse("VPN fails: INC-42, KB5034441")
    assert list(found.scored) == ["vpn", "fail", "inc-42", "inc", "42", "kb5034441", "kb", "5034441"]
    assert found.extra == {"fails", "inc42"}
    assert analyse("E-mails").scored["email"] == 1
    assert list(analyse("打印機 ＶＰＮ").scored) == ["打", "印", "机", "打印", "印机", "vpn"]
    assert "10.0.1" in analyse("192.10.0.1").extra
    assert "p系" in analyse("ERP系统").extra
    assert list(analyse("C# and C++").scored) == ["c#", "and", "c++"]
    assert list(analyse("Straße café user's don't").scored) == ["strass", "cafe", "user", "dont"]


def test_queries_are_taken_apart_as_documents_are():
    typed = words("vpn's INC-42 硒鼓RP")
    assert [(word.text, word.kind) for word in typed] == [
        ("vpn", "word"),
        ("inc-42", "identifier"),
        ("硒鼓", "cjk"),
        ("rp", "word"),
    ]
    assert (typed[2].seam_right, typed[3].seam_left) == ("鼓r", "鼓r")


@given(st.text())
def test_what_is_typed_is_found_in_what_was_typed(text):
    found = analyse(text)
    known = {*found.scored, *found.extra}

    assert not any(character.isspace() for term in known for character in term)
    assert not any(term.startswith(SPECIAL) for term in known)
    assert all(word.text in known or word.kind == "cjk" for word in words(text))
    assert all(term in known for word in words(text) for term in word.scored)
