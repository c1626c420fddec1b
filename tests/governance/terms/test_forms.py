"""The editor: rows added and taken out without scripts, problems beside what they are about."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings

from governance.terms.forms import Editor, content_from, editor_for
from governance.terms.rulebook import DraftContent, Rule, problems_with
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import DELIVER, NO_TRACKING, agreeing, content


def sent(written: DraftContent, **more: str) -> QueryDict:
    """The form as a browser posts it after filling in ``written``."""
    data = QueryDict(mutable=True)
    data.update(
        {
            "term-title": written.title,
            "term-slug": written.slug,
            "term-version": written.version,
            "term-plain": written.plain.replace("\n", "\r\n"),
            "term-legal": written.legal.replace("\n", "\r\n"),
            "term-aliases": "\r\n".join(written.aliases),
            "rules-TOTAL_FORMS": str(len(written.rules)),
            "rules-INITIAL_FORMS": "0",
        }
    )
    for row, rule in enumerate(written.rules):
        for name, code in rule.as_dict().items():
            data[f"rules-{row}-{name}"] = code
    for name, value in more.items():
        data[name] = value
    return data


def shown(editor: Editor) -> str:
    return render_to_string("terms/_editor.html", {"editor": editor})


def rows(editor: Editor) -> list[tuple[str, str, str]]:
    """What the first three lists of each row are set to."""
    return [
        (str(row["party"].value()), str(row["kind"].value()), str(row["action"].value()))
        for row in editor.rules
    ]


# What is written comes out again


@pytest.mark.django_db
def test_what_was_written_comes_out_as_it_was() -> None:
    @settings(max_examples=25)
    @given(agreeing(most=4))
    def check(rules: tuple[Rule, ...]) -> None:
        written = content(rules=rules, aliases=("https://example.org/a", "https://example.org/b"))
        editor = editor_for(None, sent(written))
        assert editor.is_valid(), editor.summary
        assert editor.content() == written

    check()


def test_an_editor_of_content_shows_it() -> None:
    written = content(rules=(NO_TRACKING, DELIVER), aliases=("https://example.org/a",))
    page = shown(editor_for(written))
    assert 'value="No tracking"' in page
    assert '<option value="track" selected>' in page
    assert '<option value="deliver_service" selected>' in page
    assert "https://example.org/a" in page
    assert "The organisation may not follow you across sites, apps or devices." in page


def test_an_empty_editor_offers_one_row_and_the_first_version() -> None:
    editor = editor_for()
    assert rows(editor) == [("None", "None", "None")]
    page = shown(editor)
    assert 'value="1.0.0"' in page
    assert "As you write, the page of your term appears here." in page
    assert not editor.is_valid()


def test_rows_that_nobody_filled_in_are_left_out() -> None:
    data = sent(content(), **{"rules-TOTAL_FORMS": "3"})
    editor = Editor(data=data)
    assert editor.form.is_valid()
    assert editor.rules.is_valid()
    assert content_from(editor.form, editor.rules) == content()


@pytest.mark.parametrize(
    ("title", "slug"),
    [("No tracking, ever!", "no-tracking-ever"), ("  Übermut  tut gut ", "ubermut-tut-gut")],
)
@pytest.mark.django_db
def test_the_short_name_is_made_from_the_title(title: str, slug: str) -> None:
    editor = editor_for(None, sent(content(slug="", title=title)))
    assert editor.is_valid(), editor.summary
    assert editor.content().slug == slug
    assert editor.content().title == " ".join(title.split())


@pytest.mark.django_db
def test_a_number_of_days_that_is_not_offered_stays_as_it_is() -> None:
    written = content(rules=(Rule("permission", "second", "store", retention="P45D"),))
    assert '<option value="P45D" selected>45 days</option>' in shown(editor_for(written))
    editor = editor_for(None, sent(written))
    assert editor.is_valid()
    assert editor.content() == written


# Without scripts


def test_add_a_rule_gives_one_row_more_and_tells_nobody_of_errors() -> None:
    editor = editor_for(None, sent(content(title=""), add_rule="1"))
    assert editor.rearranged
    assert rows(editor) == [("second", "prohibition", "track"), ("None", "None", "None")]
    page = shown(editor)
    assert "errorlist" not in page
    assert 'name="rules-TOTAL_FORMS" value="2"' in page
    assert page.index("autofocus") > page.index("rules-1-party")
    assert "Do not follow me around." in page


def test_take_out_a_rule_takes_out_that_one() -> None:
    written = content(rules=(NO_TRACKING, DELIVER, Rule("permission", "first", "withdraw")))
    editor = editor_for(None, sent(written, remove_rule="1"))
    assert editor.rearranged
    assert [action for _party, _kind, action in rows(editor)] == ["track", "withdraw"]
    assert len(rows(editor_for(None, sent(content(), remove_rule="0")))) == 1
    for nonsense in ("7", "-1", "x", ""):
        assert rows(editor_for(None, sent(content(), remove_rule=nonsense))) == [
            ("second", "prohibition", "track")
        ]


def test_preview_shows_the_page_and_checks_nothing() -> None:
    editor = editor_for(None, sent(content(title=""), preview="1"))
    assert editor.rearranged
    page = shown(editor)
    assert "errorlist" not in page
    assert "The organisation may not follow you across sites, apps or devices." in page
    assert "Give the term a title." in page


def test_no_more_rows_than_a_term_can_have() -> None:
    data = sent(content(rules=(NO_TRACKING,) * 40), add_rule="1")
    assert len(rows(editor_for(None, data))) == 40
    data["rules-TOTAL_FORMS"] = "1000000"
    assert len(rows(editor_for(None, data))) == 40


# Problems beside what they are about


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "field", "says"),
    [
        (content(slug="By Hash"), "slug", "Use small letters"),
        (content(slug="by-hash"), "slug", "taken by another page"),
        (content(version="1"), "version", "three numbers"),
        (content(aliases=("nowhere",)), "aliases", "not a full address"),
        (content(title=""), "title", "required"),
    ],
)
def test_a_problem_with_the_words_stands_at_its_field(
    written: DraftContent, field: str, says: str
) -> None:
    editor = editor_for(None, sent(written))
    assert not editor.is_valid()
    assert says in str(editor.form.errors[field])
    assert [fault.id for fault in editor.summary] == [f"id_term-{field}"]
    assert f'href="#id_term-{field}"' in shown(editor)


@pytest.mark.django_db
def test_a_problem_with_a_rule_stands_at_its_row_and_field_even_below_an_empty_row() -> None:
    data = sent(content(rules=(NO_TRACKING, NO_TRACKING, DELIVER)))
    for name in NO_TRACKING.as_dict():
        data[f"rules-1-{name}"] = ""
    data["rules-2-party"] = "third"
    editor = editor_for(None, data)
    assert not editor.is_valid()
    assert [form.errors for form in editor.rules.forms[:2]] == [{}, {}]
    assert list(editor.rules.forms[2].errors) == ["party"]
    (fault,) = editor.summary
    assert fault.id == "id_rules-2-party"
    assert fault.text.startswith("Rule 3, Who: ")


@pytest.mark.django_db
def test_a_contradiction_stands_at_the_row() -> None:
    written = content(rules=(NO_TRACKING, Rule("permission", "second", "track")))
    editor = editor_for(None, sent(written))
    assert not editor.is_valid()
    errors = str(editor.rules.forms[1].non_field_errors())
    assert "Rule 1 forbids all that this rule allows" in errors
    assert "Rule 1 forbids all that this rule allows" in shown(editor)


@pytest.mark.django_db
def test_a_term_without_rules_says_so_above_the_rows() -> None:
    editor = editor_for(None, sent(content(rules=())))
    assert not editor.is_valid()
    assert [fault.id for fault in editor.summary] == ["rules-rows"]
    assert "A term needs at least one rule." in shown(editor)


@pytest.mark.django_db
def test_what_has_no_place_on_the_roster_is_said_where_it_can_be_changed(publish: Publish) -> None:
    publish()
    again = editor_for(None, sent(content()))
    assert not again.is_valid()
    assert "higher number" in str(again.form.errors["version"])
    copied = editor_for(None, sent(content(slug="another-name")))
    assert not copied.is_valid()
    assert "means exactly the same" in str(copied.rules.non_form_errors())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"rules-TOTAL_FORMS": "x"},
        {"rules-TOTAL_FORMS": "9999"},
        {"rules-0-action": "stalk"},
        {"rules-0-kind": ""},
    ],
)
def test_what_no_browser_sends_is_refused_and_not_an_error(change: dict[str, str]) -> None:
    editor = editor_for(None, sent(content(), **change))
    assert not editor.is_valid()
    assert editor.summary
    assert shown(editor)


@pytest.mark.django_db
def test_an_editor_and_the_rulebook_agree() -> None:
    written = content(rules=(NO_TRACKING, DELIVER))
    assert problems_with(written) == []
    assert editor_for(None, sent(written)).is_valid()


# Scripts only improve what works


def test_the_preview_keeps_up_by_htmx_and_every_button_works_without() -> None:
    page = shown(editor_for())
    assert 'hx-post="/terms/preview/"' in page
    assert 'hx-target="#term-preview"' in page
    assert page.count('type="submit"') == page.count("formnovalidate") == 4
    head = render_to_string("terms/_editor_head.html")
    assert '"allowEval":false' in head
    assert '"includeIndicatorStyles":false' in head
    for inline in ("style=", "onclick", "hx-on", "<script"):
        assert inline not in page
