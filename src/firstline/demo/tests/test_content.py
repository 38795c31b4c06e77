"""The demo content is complete, consistent and written the way people write."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from firstline.demo import content
from firstline.demo.content import SOLVED, STATUSES, Article, ContentError, Story

HAN = r"[\u3400-\u9fff]"
LOADED = content.load()


def stories(language: str) -> list[Story]:
    return [story for story in LOADED.stories if story.language == language]


def articles(language: str) -> list[Article]:
    return [article for article in LOADED.articles if article.language == language]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_stories_are_many_and_of_every_status(language: str) -> None:
    told = stories(language)

    assert len(told) >= 42
    assert {story.status for story in told} == set(STATUSES)
    assert {story.team for story in told} >= {"network", "systems", "applications", "security"}


def test_stories_are_conversations_with_notes() -> None:
    for story in LOADED.stories:
        kinds = Counter(message.kind for message in story.messages)

        assert 3 <= len(story.messages) <= 8, story.id
        assert kinds["note"] >= 1, story.id
        assert 0.2 <= story.age_hours <= 900, story.id
        assert (story.status == "new") == (story.assignee is None), story.id
        assert story.id.startswith("zh-" if story.language == "zh-hans" else "en-")


def test_every_body_and_subject_is_distinct() -> None:
    bodies = Counter(message.body for story in LOADED.stories for message in story.messages)
    subjects = Counter(story.subject for story in LOADED.stories)

    assert [text for text, times in (bodies + subjects).items() if times > 1] == []


def test_recent_stories_are_open_and_old_ones_are_solved() -> None:
    recent = [story for story in LOADED.stories if story.age_hours < 4]
    old = [story for story in LOADED.stories if story.age_hours > 360]

    assert recent
    assert not [story.id for story in recent if story.status in SOLVED]
    assert not [story.id for story in old if story.status not in SOLVED]


def chinese_texts() -> list[tuple[str, str]]:
    texts = [(story.id, story.subject) for story in stories("zh-hans")]
    for story in stories("zh-hans"):
        texts += [(story.id, message.body) for message in story.messages]
        texts += [(story.id, story.solution or ""), (story.id, story.rating_comment or "")]
    for article in articles("zh-hans"):
        texts += [(article.id, article.title), (article.id, article.body)]
    return texts


def test_chinese_stories_are_chinese() -> None:
    for story in stories("zh-hans"):
        assert re.search(HAN, story.subject), story.id
        assert re.search(HAN, story.messages[0].body), story.id


def test_chinese_uses_full_width_punctuation_and_half_width_digits() -> None:
    half_width = re.compile(rf"{HAN}[,;:!?()]|[,;:!?()]{HAN}|{HAN}\.(\s|$)")

    faults = [(where, text) for where, text in chinese_texts() if half_width.search(text)]
    wide = [
        (where, text) for where, text in chinese_texts() if re.search(r"[\uff10-\uff19\uff21-\uff5a]", text)
    ]

    assert (faults, wide) == ([], [])


def test_articles_are_written_in_both_languages_with_steps() -> None:
    groups = Counter(article.group for article in LOADED.articles)

    assert len(articles("en")) >= 12
    assert len(articles("zh-hans")) >= 12
    assert max(groups.values()) == 2
    assert {article.audience for article in LOADED.articles} == {"public", "employees", "team"}
    assert [a.id for a in LOADED.articles if not re.search(r"(?m)^1\. ", a.body)] == []


def test_customer_story_stays_with_the_customer() -> None:
    people = {person.email: person for person in LOADED.people}
    foreign = [story for story in LOADED.stories if people[story.requester].organization == "birch"]

    assert len(foreign) == 1
    for story in LOADED.stories:
        owner = next((d.organization for d in LOADED.devices if d.hostname == story.device), None)
        assert owner in {None, people[story.requester].organization}, story.id


def test_solved_moment_is_the_last_answer_of_the_desk() -> None:
    phish = next(story for story in LOADED.stories if story.id == "en-phish-invoice")

    assert phish.solved_after_minutes == 55
    assert next(story for story in LOADED.stories if story.status == "new").solved_after_minutes is None


@pytest.mark.parametrize(
    "change",
    [
        {"assignee": "nobody@alder.example"},
        {"device": "NO-SUCH-PC"},
        {"status": "solved"},
        {"solution": None},
        {"team": "network"},
    ],
)
def test_contradiction_is_refused_by_name(change: dict[str, str | None]) -> None:
    people = {person.email: person for person in LOADED.people}
    story = next(story for story in LOADED.stories if story.id == "en-phish-invoice")
    content._check_story(story, LOADED, people)

    with pytest.raises(ContentError, match="en-phish-invoice"):
        content._check_story(replace(story, **change), LOADED, people)


def test_messages_out_of_order_are_refused() -> None:
    people = {person.email: person for person in LOADED.people}
    story = next(story for story in LOADED.stories if story.id == "en-phish-invoice")

    with pytest.raises(ContentError, match="in order"):
        content._check_messages(replace(story, messages=story.messages[::-1]), people)
