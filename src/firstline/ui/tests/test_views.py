from django.http import HttpRequest
from django.test import Client, override_settings

from firstline.ui import languages

ALONE = override_settings(
    ROOT_URLCONF="firstline.ui.tests.routes",
    MIDDLEWARE=[
        "firstline.ui.middleware.ContentSecurityPolicyMiddleware",
        "django.middleware.locale.LocaleMiddleware",
    ],
)


@ALONE
def test_a_language_is_remembered_and_told_to_slices(monkeypatch: object) -> None:
    told: list[str] = []
    monkeypatch.setattr(languages, "_savers", [])  # type: ignore[attr-defined]

    def save(request: HttpRequest, language: str) -> None:
        told.append(language)

    languages.register_saver(save)

    response = Client().post("/choices/language/", {"language": "zh-hans", "next": "/portal/?a=1"})

    assert (response.status_code, response["Location"]) == (303, "/portal/?a=1")
    assert response.cookies["firstline_language"].value == "zh-hans"
    assert told == ["zh-hans"]


@ALONE
def test_unknown_choices_and_foreign_addresses_are_ignored() -> None:
    language = Client().post("/choices/language/", {"language": "tlh", "next": "https://evil.example/"})
    theme = Client().post("/choices/theme/", {"theme": "neon", "next": "//evil.example"})

    assert [language["Location"], theme["Location"]] == ["/", "/"]
    assert [dict(language.cookies), dict(theme.cookies)] == [{}, {}]


@ALONE
def test_the_theme_is_kept_on_the_device() -> None:
    client = Client()
    response = client.post("/choices/theme/", {"theme": "dark"})

    assert response.cookies["firstline_theme"].value == "dark"
    assert client.get("/choices/theme/").status_code == 405


def test_a_stranger_has_no_bell(client: Client) -> None:
    response = client.get("/choices/bell/")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=%2Fchoices%2Fbell%2F")
