"""The rows of words: each with a source, each in the languages it should know, none that meets what it must not."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.judge.phrases import Lexicon, Phrases, bare, plain, segments, sentences
from crawler.judge.words import (
    consent,
    maintenance,
    missing_sentences,
    missing_titles,
    offers,
    sign_in,
    templates,
    wall_pages,
)
from tests.judged_pages import cases_of

LANGUAGES = {"en", "zh", "fr", "es", "ar", "ru", "pt"}
TABLES: dict[str, tuple[Phrases, ...]] = {
    "titles of missing pages": missing_titles.TITLES,
    "sentences of missing pages": missing_sentences.SAID,
    "what was asked for": missing_sentences.ASKED,
    "that it is not there": missing_sentences.MISSING,
    "words of regret": missing_titles.REGRETS,
    "titles of offers": offers.TITLES,
    "titles of offers beside a name": offers.TITLES_BESIDE_NAME,
    "offers": offers.OFFERS,
    "titles of sign-in pages": sign_in.TITLES,
    "what asks for consent": consent.CONTROLS,
    "what consent walls speak of": consent.SPEAKS_OF,
    "titles of maintenance pages": maintenance.TITLES,
    "maintenance": maintenance.SAID,
}


@pytest.mark.parametrize("name", TABLES)
def test_table_speaks_the_languages_of_the_briefings(name: str) -> None:
    missing = LANGUAGES - {row.language for row in TABLES[name]}
    assert not missing, f"{name}: pages in {sorted(missing)} would be misread"


@pytest.mark.parametrize("row", [row for rows in TABLES.values() for row in rows], ids=lambda row: row.texts[0])
def test_row_can_be_checked_again(row: Phrases) -> None:
    assert row.source.strip(), "nobody could tell where this was read"
    assert date.fromisoformat(row.read_on)
    assert row.texts
    assert all(plain(text) for text in row.texts)


@pytest.mark.parametrize("row", [*wall_pages.WALL_PAGES, *templates.TEMPLATES, *offers.DEALERS, *consent.GATES])
def test_named_row_can_be_checked_again(row: wall_pages.WallPage | templates.Template | offers.Dealer) -> None:
    assert row.source.strip()
    assert row.name.strip()
    assert date.fromisoformat(row.read_on)


def test_every_kind_of_wall_is_met_by_a_case() -> None:
    met = {case.get("rule") for case in cases_of("outcomes_walls")}
    unmet = {wall.id for wall in wall_pages.WALL_PAGES} - met
    # Told by others that share its page: the same firewall under a second name.
    assert unmet <= {"palo-alto-filter", "lua-waf-page", "xuanwu-page"}, f"no case climbs {sorted(unmet)}"


def test_no_wall_says_what_another_says_first() -> None:
    ids = [wall.id for wall in wall_pages.WALL_PAGES]
    assert len(set(ids)) == len(ids)
    assert all(wall.titles or wall.texts for wall in wall_pages.WALL_PAGES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Page NON TROUVÉE", "page non trouvee"),
        ("Ошибка: ещё раз", "ошибка: еще раз"),
        ("Мой сайт", "мой сайт"),
        ("الصَّفحة غير موجودة", "الصفحة غير موجودة"),
        ("We’ll be “back”", 'we\'ll be "back"'),
        ("４０４　页面不存在！", "404 页面不存在!"),
        ("  two   spaces\tand a tab ", "two spaces and a tab"),
        ("カタカナ ガ", "カタカナ ガ"),
        ("한국", "한국"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Page not found | Library", "page not found"),
        ("Page not found – Library", "page not found"),
        ("Library » Page not found", "page not found"),
        ("页面不存在-柳湾市图书馆", "页面不存在"),
        ("页面不存在_柳湾市", "页面不存在"),
        ("404 - 页面不存在", "页面不存在"),
        ("Erreur 404 : page introuvable", "page introuvable"),
        ("Страница не найдена — Сайт", "страница не найдена"),
        ("“Page not found!”", "page not found"),
    ],
)
def test_segment_of_title(title: str, part: str) -> None:
    assert part in segments(title)


@pytest.mark.parametrize("title", ["Not Found: the lost garden", "Not found, one grey cat", "Not-found objects office"])
def test_what_parts_no_title(title: str) -> None:
    assert segments(title) == (bare(title),)


def test_sentences() -> None:
    assert sentences("One. Two!\n三。四？ ") == ["one", "two", "三", "四"]


def test_a_phrase_is_found_as_whole_words() -> None:
    words = Lexicon([Phrases("en", ("accept all",), "x"), Phrases("zh", ("全部接受",), "x")])
    assert words.find("please accept all now") == "accept all"
    assert words.find("accept allowances") == "", "half a word would be a consent wall"
    assert words.find("请全部接受吧") == "全部接受"
    assert words.find("") == ""


def test_the_longest_phrase_is_shown_as_it_is_written() -> None:
    words = Lexicon([Phrases("fr", ("Page", "Page non trouvée"), "x")])
    assert words.find(plain("PAGE NON TROUVÉE")) == "Page non trouvée"
    assert words.name_of(bare("« Page non trouvée ! »")) == "Page non trouvée"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("404 Not Found", "Not found"),
        ("Error 404: Page not found", "Page not found"),
        ("HTTP Error 404 – Not Found", "Not found"),
        ("Page not found (404)", "Page not found"),
        ("Sorry, page not found", "Page not found"),
        ("对不起，页面不存在", "页面不存在"),
        ("错误404：页面不存在", "页面不存在"),
        ("404页面不存在", "页面不存在"),
        ("К сожалению, страница не найдена", "Страница не найдена"),
        ("404", ""),
        ("HTTP 404", ""),
        ("Error 404", ""),
        ("Peugeot 404", ""),
        ("Page 404 of the register", ""),
        ("Not found: the lost garden", ""),
        ("Found", ""),
        ("", ""),
    ],
)
def test_name_not_found(words: str, name: str) -> None:
    assert missing_titles.name_not_found(words) == name
