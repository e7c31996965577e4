"""An article of the museum: headline, date, the evidence that is cited from it, and the rest of its text – and edits.

Rules: an edit gives another article and changes nothing but what its name says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tests.museum.prose import join, words, write_date, write_sentences

OPENED = date(2025, 11, 3)
SENTENCES = {"zh": 5}  # a paragraph has three where a sentence is longer
DECIMAL_COMMA = ("fr", "es", "pt", "ru")
ADVERBS = ("usually", "perhaps", "indeed", "largely", "again", "partly", "often", "soon", "still", "rather")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs, each a tuple of sentences."""

    heading: str
    paragraphs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A text as its office wrote it. `evidence` are the sentences that the briefing relies on."""

    language: str
    headline: str
    opened: date
    lead: tuple[str, ...]
    evidence: tuple[str, ...]
    sections: tuple[Section, ...]
    facts: tuple[str, str]
    subject: tuple[str, str]

    @property
    def text(self) -> str:
        """All of it as one text."""
        paragraphs = [self.lead, self.evidence, *(p for section in self.sections for p in section.paragraphs)]
        return "\n".join([self.headline, *(join(paragraph, self.language) for paragraph in paragraphs)])

    @property
    def cited(self) -> str:
        """What a briefing says of it."""
        (deadline, budget), (place, thing) = self.facts, self.subject
        template = words(self.language)["cited"]
        return str(template.format(place=place, thing=thing, deadline=deadline, budget=budget))


def write_article(seed: str, language: str = "en", kind: str = "a") -> Article:
    """The article of a seed: 1,500 characters and more in every language."""
    row, chance = words(language), Random(f"article:{language}:{seed}")
    facts = _facts(chance, language)
    subject = chance.choice(row["place"]), chance.choice(row["thing"])
    headings = chance.sample(row["heading"], 5)
    sentences = iter(write_sentences(seed, 2 + 5 * 2 * SENTENCES.get(language, 3), language, kind))
    lead = (next(sentences), next(sentences))
    return Article(
        language=language,
        headline=_headline(language, subject, chance) if kind == "a" else _capital(chance.choice(row["thought"])),
        opened=OPENED - timedelta(days=chance.randrange(300)),
        lead=lead,
        evidence=_evidence(facts, language) if kind == "a" else (),
        sections=tuple(Section(heading, _paragraphs(sentences, language)) for heading in headings),
        facts=facts,
        subject=subject,
    )


def _paragraphs(sentences: Iterator[str], language: str) -> tuple[tuple[str, ...], ...]:
    size = SENTENCES.get(language, 3)
    return tuple(tuple(next(sentences) for _ in range(size)) for _ in range(2))


def _headline(language: str, subject: tuple[str, str], chance: Random) -> str:
    row, (place, thing) = words(language), subject
    return _capital(row["headline"].format(place=place, thing=thing, what=chance.choice(row["what"])))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _facts(chance: Random, language: str) -> tuple[str, str]:
    """A deadline, and a budget: in millions, in Chinese in units of ten thousand."""
    deadline = write_date(date(2026, 7, 1) + timedelta(days=chance.randrange(150)), language)
    if language == "zh":
        return deadline, str(chance.randrange(120, 980) * 10)
    return deadline, _millions(chance.randrange(21, 99) / 10, language)


def _millions(number: float, language: str) -> str:
    return f"{number:.1f}".replace(".", "," if language in DECIMAL_COMMA else ".")


def _evidence(facts: tuple[str, str], language: str) -> tuple[str, ...]:
    row, (deadline, budget) = words(language), facts
    return row["deadline"].format(deadline=deadline), row["budget"].format(budget=budget)


# ---------------------------------------------------------------- edits


def same(article: Article) -> Article:
    """The article as it is."""
    return article


def with_other_deadline(article: Article) -> Article:
    """Three weeks earlier, nothing else."""
    chance = Random(article.headline)
    other = write_date(date(2026, 6, 2) + timedelta(days=chance.randrange(20)), article.language)
    sentence = _evidence((other, article.facts[1]), article.language)[0]
    return replace(article, evidence=(sentence, *article.evidence[1:]))


def with_other_figure(article: Article) -> Article:
    """A third of the budget, nothing else."""
    budget, language = article.facts[1], article.language
    other = str(int(budget) // 3) if language == "zh" else _millions(float(budget.replace(",", ".")) / 3, language)
    sentence = _evidence((article.facts[0], other), article.language)[1]
    return replace(article, evidence=(article.evidence[0], sentence))


def without_evidence(article: Article) -> Article:
    """The sentence with the budget and the one with the deadline are taken out."""
    return replace(article, evidence=())


def with_other_sentence(article: Article, place: int = 7, seed: str = "") -> Article:
    """One sentence of the sections is worded anew; `place` counts them."""
    new = write_sentences(f"anew {seed} {place} {article.headline}", 1, article.language)[0]
    return _with_sentence(article, place, new)


def with_other_word(article: Article, place: int) -> Article:
    """One word in the middle of an English sentence is another; `place` counts the sentences."""
    old = sentence_at(article, place).split(" ")
    middle = len(old) // 2
    return _with_sentence(article, place, " ".join([*old[:middle], ADVERBS[place % len(ADVERBS)], *old[middle + 1 :]]))


def sentence_at(article: Article, place: int) -> str:
    """A sentence of the sections by its number (counted round)."""
    sentences = [s for section in article.sections for paragraph in section.paragraphs for s in paragraph]
    return sentences[place % len(sentences)]


def _with_sentence(article: Article, place: int, new: str) -> Article:
    old, done = sentence_at(article, place), False

    def one(sentence: str) -> str:
        nonlocal done
        if sentence != old or done:
            return sentence
        done = True
        return new

    sections = tuple(
        Section(section.heading, tuple(tuple(one(s) for s in paragraph) for paragraph in section.paragraphs))
        for section in article.sections
    )
    return replace(article, sections=sections)


def with_paragraph(article: Article) -> Article:
    """A paragraph more, at the end of the second section."""
    added = write_sentences(f"added {article.headline}", 4, article.language)
    second = article.sections[1]
    longer = Section(second.heading, (*second.paragraphs, added))
    return replace(article, sections=(article.sections[0], longer, *article.sections[2:]))


def with_other_headline(article: Article) -> Article:
    """Another headline, the same text."""
    chance, headline = Random(f"other {article.headline}"), article.headline
    while headline == article.headline:
        headline = _headline(article.language, article.subject, chance)
    return replace(article, headline=headline)


def shortened(article: Article) -> Article:
    """The lead, the evidence's first sentence and half a section are left: less than a fifth."""
    first = article.sections[0]
    return replace(article, evidence=(), sections=(Section(first.heading, first.paragraphs[:1]),))


def reopened(article: Article, days: int) -> Article:
    """The same text under another date of its last update."""
    return replace(article, opened=article.opened + timedelta(days=days))
