"""Articles in the browser: at the desk and in the portal."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_person
from firstline.knowledge import actions
from firstline.knowledge.actions import ArticleContent
from firstline.knowledge.models import Article
from firstline.search.testing import settle

pytestmark = pytest.mark.django_db

FORM = {
    "title": "VPN drops after sleep",
    "body_markdown": "## Fix\n\nTurn off **power saving**. <script>x</script>",
    "language": "en",
    "audience": "employees",
}


@pytest.fixture
def desk(client):
    client.force_login(make_person("Pat Publisher", "manager"))
    return client


def published(**fields) -> Article:
    owner = Person.objects.filter(name="Olga Owner").first() or make_person("Olga Owner", "manager")
    publisher = actor_for(owner)
    content = ArticleContent(
        **({"title": "Reset VPN", "body_markdown": "Restart.", "language": "en"} | fields)
    )
    return actions.publish_article(
        actor=publisher, article=actions.create_article(actor=publisher, content=content)
    )


def page(client, path, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_an_article_is_written_previewed_published_and_changed(desk):
    assert "<h2>Fix</h2>" in desk.post("/desk/articles/preview/", FORM).content.decode()
    response = desk.post("/desk/articles/new/", FORM)
    article = Article.objects.get()
    path = f"/desk/articles/{article.pk}/"
    assert (response.status_code, response["Location"]) == (303, path)
    assert "&lt;script&gt;" in page(desk, path)
    assert "VPN drops" not in page(desk, "/desk/articles/")
    assert "VPN drops" in page(desk, "/desk/articles/?status=draft")

    assert desk.post(f"{path}publication/").status_code == 303
    settle()
    assert "VPN drops" in page(desk, "/desk/articles/?q=vpn+sle")
    changed = FORM | {"title": "VPN", "version": "1"}
    assert desk.post(f"{path}edit/", changed).status_code == 303
    again = desk.post(f"{path}edit/", changed | {"title": "Mine"})
    assert again.status_code == 422
    assert "Mine" in again.content.decode()
    assert desk.post(f"{path}edit/", FORM | {"title": ""}).status_code == 422
    assert "Version 2" in page(desk, path)
    assert desk.post(f"{path}publication/", {"archive": "1"}).status_code == 303
    article.refresh_from_db()
    assert (article.title, article.status) == ("VPN", "archived")


def test_a_variant_starts_from_the_article_in_the_other_language(desk):
    article = published()
    path = f"/desk/articles/new/?variant_of={article.pk}"

    assert '<option value="zh-hans" selected>' in page(desk, path)
    desk.post(path, FORM | {"language": "zh-hans", "title": "重置 VPN"})
    assert Article.objects.filter(group=article.group).count() == 2
    assert "重置 VPN" in page(desk, f"/desk/articles/{article.pk}/")


def test_whoever_asks_finds_reads_and_rates(client):
    article, other = published(), published(title="Printer", body_markdown="Add toner to the printer.")
    client.force_login(make_person("Anna", "requester", language="zh-hans"))
    settle()

    html = page(client, "/portal/articles/?q=vpn")
    assert "Reset VPN" in html
    assert "Printer" not in html
    nearest = page(client, "/portal/articles/?q=my+printer+lacks+toner", hx_request="true")
    assert "Printer" in nearest
    assert "<html" not in nearest
    path = f"/portal/articles/{article.pk}/"
    assert "这篇文章解决了问题" in page(client, path)
    assert client.post(f"{path}feedback/", {"solved": "yes"}).status_code == 303
    article.refresh_from_db()
    assert (article.solved_count, article.not_solved_count) == (1, 0)
    assert client.get(f"/desk/articles/{other.pk}/").status_code == 403


def test_without_signing_in_only_public_articles_can_be_read(client):
    closed, open_to_all = published(), published(title="Public wifi", audience="public")

    html = page(client, "/portal/articles/")
    assert "Public wifi" in html
    assert "Reset VPN" not in html
    assert client.get(f"/portal/articles/{closed.pk}/").status_code == 404
    assert "Public wifi" in page(client, f"/portal/articles/{open_to_all.pk}/")
    assert client.post(f"/portal/articles/{open_to_all.pk}/feedback/").status_code == 302


@pytest.mark.parametrize("path", ["/desk/articles/", "/portal/articles/"])
def test_a_longer_list_costs_no_more_queries(desk, path):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(desk, path)
        return len(queries)

    published()
    page(desk, path)
    with_one = cost()
    published(title="Second")
    published(title="Third")

    assert cost() == with_one
