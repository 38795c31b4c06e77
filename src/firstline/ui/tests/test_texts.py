"""Translated words in templates: the reader's language, safe variables, literal percent signs."""

import pytest
from django.utils import translation

from firstline.ui.pages import environment


def rendered(source: str, language: str, **names: object) -> str:
    with translation.override(language):
        return environment().from_string(source).render(names)


@pytest.mark.parametrize(("language", "words"), [("en", "Sign out"), ("zh-hans", "退出登录")])
def test_words_follow_the_language_each_time(language: str, words: str) -> None:
    other = "en" if language != "en" else "zh-hans"

    shown = [rendered('{{ _("Sign out") }}', code) for code in (language, other, language)]

    assert shown[0] == shown[2] == words
    assert shown[1] != words


def test_variables_are_escaped_and_the_message_is_not() -> None:
    shown = rendered('{{ _("<b>%(name)s</b>", name=name) }}', "en", name="<i>")

    assert shown == "<b>&lt;i&gt;</b>"


def test_percent_sign_is_written_twice() -> None:
    assert rendered('{{ _("100 %%") }}', "en") == rendered('{{ _("%(n)s %%", n=100) }}', "en") == "100 %"


def test_sense_tells_words_apart() -> None:
    with_sense = rendered("{{ pgettext('appearance', 'Light') }}", "zh-hans")

    assert with_sense == "浅色"
    assert rendered("{{ _('No such message') }}", "zh-hans") == "No such message"
