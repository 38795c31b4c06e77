"""Articles from draft to retirement."""

import pytest

from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_actor, make_person
from firstline.audit.queries import records_for
from firstline.kit.actor import ANONYMOUS
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound
from firstline.kit.refs import Ref
from firstline.knowledge import actions, queries
from firstline.knowledge.actions import ArticleContent
from firstline.knowledge.models import Article, ArticleVersion
from firstline.organizations.testing import make_organization, make_team
from firstline.outbox.models import Event
from firstline.search.testing import settle

pytestmark = pytest.mark.django_db


def content(title="Reset the VPN", body="Restart the client.", language="en", **fields) -> ArticleContent:
    return ArticleContent(title=title, body_markdown=body, language=language, **fields)


@pytest.fixture
def writer():
    return make_actor("Wanda Writer", "technician")


@pytest.fixture
def publisher():
    return make_actor("Pat Publisher", "manager")


def published(publisher, **fields) -> Article:
    article = actions.create_article(actor=publisher, content=content(**fields))
    return actions.publish_article(actor=publisher, article=article)


def test_a_draft_is_written_published_changed_and_archived(writer, publisher):
    article = actions.create_article(actor=writer, content=content())
    assert (article.status, article.version, article.owner_id) == ("draft", 1, writer.id)
    with pytest.raises(NotAllowed):
        actions.publish_article(actor=writer, article=article)

    actions.publish_article(actor=publisher, article=article)
    assert article.review_date is not None
    actions.publish_article(actor=publisher, article=article)
    with pytest.raises(NotAllowed):
        actions.edit_article(actor=writer, article=article, content=content("x"), version=1)
    actions.edit_article(actor=publisher, article=article, content=content("Reset VPN"), version=1)
    actions.edit_article(actor=publisher, article=article, content=content("Reset VPN"), version=2)
    actions.archive_article(actor=publisher, article=article)

    article.refresh_from_db()
    assert (article.status, article.title, article.version) == ("archived", "Reset VPN", 2)
    versions = ArticleVersion.objects.filter(article=article).values_list("number", "title", "author_label")
    assert list(versions) == [(2, "Reset VPN", "Pat Publisher"), (1, "Reset the VPN", "Wanda Writer")]
    verbs = [record.verb for record in records_for(Ref("article", article.pk))]
    assert sorted(verbs) == [
        "knowledge.article_archived",
        "knowledge.article_created",
        "knowledge.article_edited",
        "knowledge.article_published",
    ]
    assert Event.objects.filter(name="knowledge.article_published").count() == 1


def test_two_writers_do_not_overwrite_each_other(writer):
    article = actions.create_article(actor=writer, content=content())
    other = Article.objects.get(pk=article.pk)
    actions.edit_article(actor=writer, article=article, content=content("First"), version=1)

    with pytest.raises(Conflict, match="article_changed"):
        actions.edit_article(actor=writer, article=other, content=content("Second"), version=1)

    assert Article.objects.get().title == "First"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "article_title_missing"),
        ({"body": "\n"}, "article_body_missing"),
        ({"body": "x" * 100_001}, "article_too_long"),
        ({"language": "xx"}, "article_language_unknown"),
        ({"audience": "xx"}, "article_audience_unknown"),
        ({"audience": "team"}, "article_team_missing"),
    ],
)
def test_bad_input_has_a_name(writer, fields, code):
    with pytest.raises(InvalidInput, match=code):
        actions.create_article(actor=writer, content=content(**fields))


def test_one_variant_per_language(writer):
    article = actions.create_article(actor=writer, content=content())
    variant = actions.create_article(
        actor=writer, content=content("重置 VPN", "重启客户端。", "zh-hans"), variant_of=article
    )

    assert queries.variants(article, writer) == [variant]
    with pytest.raises(InvalidInput, match="article_language_taken"):
        actions.create_article(actor=writer, content=content(), variant_of=article)


def test_each_reader_sees_what_is_meant_for_them(writer, publisher):
    team = make_team("Network")
    contoso, fabrikam = make_organization("Contoso"), make_organization("Fabrikam")
    everybody = published(publisher, title="Public wifi", audience="public")
    signed_in = published(publisher, title="Wifi for all")
    own = published(publisher, title="Wifi at Contoso", organization=contoso)
    team_only = published(publisher, title="Wifi keys", audience="team", team=team)
    draft = actions.create_article(actor=writer, content=content("Wifi draft"))
    readers = {
        "anonymous": ANONYMOUS,
        "anna": make_actor("Anna", "requester", organization=contoso),
        "fred": make_actor("Fred", "requester", organization=fabrikam),
        "neil": make_actor("Neil", "technician", teams=[team]),
        "wanda": writer,
    }

    def listed(actor):
        return {article.pk for article in queries.article_list(actor)}

    def found(actor):
        settle()
        return {article.pk for article in queries.article_list(actor, text="wifi")}

    expected = {
        "anonymous": {everybody.pk},
        "anna": {everybody.pk, signed_in.pk, own.pk},
        "fred": {everybody.pk, signed_in.pk},
        "neil": {everybody.pk, signed_in.pk, own.pk, team_only.pk, draft.pk},
        "wanda": {everybody.pk, signed_in.pk, own.pk, draft.pk},
    }
    assert {name: listed(actor) for name, actor in readers.items()} == expected
    assert {name: found(actor) for name, actor in readers.items()} == expected
    with pytest.raises(NotFound):
        queries.get_article_for(readers["fred"], own.pk)


def test_a_person_counts_once_by_their_latest_word(publisher):
    article = published(publisher)
    anna, bob = (actor_for(make_person(name, "requester")) for name in ("Anna", "Bob"))

    for actor, is_solved in [(anna, True), (anna, True), (bob, False), (anna, False), (bob, True)]:
        actions.rate_article(actor=actor, article=article, is_solved=is_solved)

    article.refresh_from_db()
    assert (article.solved_count, article.not_solved_count) == (1, 1)
    assert (queries.feedback_of(article, anna), queries.feedback_of(article, bob)) == (False, True)
    with pytest.raises(Conflict):
        actions.rate_article(actor=ANONYMOUS, article=article, is_solved=True)


def test_suggestions_answer_the_question_in_the_readers_words(publisher):
    vpn = published(publisher, title="VPN drops after sleep", body="Turn off power saving of the adapter.")
    printer = published(publisher, title="打印机没有硒鼓", body="更换硒鼓的步骤。", language="zh-hans")
    published(publisher, title="Order a laptop", body="Use the catalogue. Your laptop comes in a week.")
    secret = published(publisher, title="VPN drops: keys", audience="team", team=make_team("Network"))
    anna = make_actor("Anna", "requester")

    settle()

    def titles(text):
        return [one.id for one in queries.suggest(text, anna, 3)]

    assert titles("my VPN always drops when the laptop wakes from sleep")[0] == vpn.pk
    assert titles("三楼打印机硒鼓没了") == [printer.pk]
    assert titles("hello there") == []
    assert titles("vp") == []
    assert secret.pk not in titles("vpn drops keys")


def test_a_draft_from_a_ticket_names_nobody_and_is_made_once(writer):
    made = [
        actions.draft_from_ticket(
            actor=writer,
            title="Anna Zhang cannot print",
            problem="Hello Tom,\nmy printer is dead. "
            "Call me: +49 30 1234567 or anna@contoso.com\n\nRegards\nAnna",
            solution="# Restarted the spooler.\nThe password is Summer2026! now.",
            language="en",
            names=["Anna Zhang", "Tom Tech"],
            source=Ref("ticket", 42, "INC-42"),
        )
        for _ in range(2)
    ]

    article = Article.objects.get()
    assert [one.pk for one in made] == [article.pk, article.pk]
    assert article.title == "[name] cannot print"
    assert article.body_markdown == (
        "## What happens\n\nmy printer is dead. Call me: [phone] or [e-mail]\n\n"
        "## What helps\n\n\\# Restarted the spooler.\nThe password is [removed] now."
    )
    assert (article.status, article.source_label) == ("draft", "INC-42")
    assert article.removed == {"name": 1, "phone": 1, "email": 1, "secret": 1}
