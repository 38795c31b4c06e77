import pytest
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


@pytest.mark.parametrize(
    "hostile", ["/a\r\nSet-Cookie: x=y", "\r\n.\r\n", "/" + "a" * 120_000, "/\x00", "javascript:1", ""]
)
@pytest.mark.parametrize("is_fragment", ["true", "false"])
@pytest.mark.django_db
def test_a_place_that_no_header_can_carry_is_the_start_page(hostile: str, is_fragment: str) -> None:
    for choice in ("language", "theme"):
        answer = Client(headers={"HX-Request": is_fragment}).post(f"/choices/{choice}/", {"next": hostile})

        assert answer.status_code in {200, 303}
        assert answer.get("Location", answer.get("HX-Redirect")) == "/"


@pytest.mark.django_db
def test_a_place_in_chinese_is_found_again() -> None:
    answer = Client(headers={"HX-Request": "true"}).post(
        "/choices/theme/", {"next": "/desk/search/?q=打印机"}
    )

    assert answer["HX-Redirect"] == "/desk/search/?q=%E6%89%93%E5%8D%B0%E6%9C%BA"


@ALONE
def test_the_theme_is_kept_on_the_device() -> None:
    client = Client()
    response = client.post("/choices/theme/", {"theme": "dark"})

    assert response.cookies["firstline_theme"].value == "dark"
    assert client.get("/choices/theme/").status_code == 405


def test_a_stranger_has_no_bell(client: Client) -> None:
    response = client.get("/choices/bell/")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=%2Fchoices%2Fbell%2F")
