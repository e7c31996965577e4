"""Two good captures of one target → their difference, layer by layer.

Rules:
- Captures are redacted before they come here: what is cut out of them is shown.
- What was learned to be volatile is left out of what is compared, never out of the search for cited evidence.
- A page's own word on when it was modified, a PDF's dates and id are no change by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from crawler.changes.align import align
from crawler.changes.cited import NOTHING_CITED, Cited, Read, missing
from crawler.changes.importance import Found, weigh
from crawler.changes.learned import NOTHING, Learned
from crawler.changes.listing import is_listing
from crawler.changes.measure import Measure, measure
from crawler.changes.pairs import Pair, differ, pair
from crawler.changes.parts import field_part, part_of, parts_of
from crawler.changes.telling import changed_facts, excerpt
from crawler.changes.view import TEXTUAL, View, views
from crawler.model import Difference, FactChange, Layer, PageChange, Shown, SightKind, TextClass
from crawler.suffixes import registrable
from crawler.volatile import mask

# Bits of 64 in which two pictures may differ that show the same, compressed or scaled anew (measured: 0 to 4).
SAME_PICTURE_BITS = 5
SAME = Measure(TextClass.SAME, 1.0, 1.0)
UNCOMPARED = Measure(TextClass.UNCOMPARED, 0.0, 0.0)
# Classes of which facts and lines are told: elsewhere all of them differ.
_TOLD = frozenset({TextClass.TRUNCATED, TextClass.MINOR, TextClass.EDITED, TextClass.REWRITTEN})


def compare(old: Shown, new: Shown, cited: Cited = NOTHING_CITED, learned: Learned = NOTHING) -> Difference:
    """How a capture differs from an older one; `cited` is what is relied on there, `learned` what is volatile."""
    before, after = views(old, new, learned)
    pairs = pair(differ(before.own, after.own))
    measured = _measure(old, new, before, after, pairs, learned)
    told = pairs if measured.text_class in _TOLD else []
    gone = _missing(old, new, cited)
    facts = (*_titles(old, new, before, after), *changed_facts(told, before.own, after.own))
    layers = tuple(_layers(old, new, (before, after), pairs, facts, gone, learned))
    listing = is_listing(old.final_uri, before.own)
    other_domain = _domain(old) != _domain(new)
    terms = _terms(pairs, cited)
    found = Found(
        measured.text_class, frozenset(layers), facts, bool(gone), other_domain, new.sight.kind, terms, listing
    )
    parts = parts_of([*map(part_of, pairs), *_field_parts(old, new, before, after, layers)])
    return Difference(
        text_class=measured.text_class,
        state=sha256("\n".join(parts).encode()).hexdigest()[:16],
        jaccard=round(measured.jaccard, 4),
        containment=round(measured.containment, 4),
        layers=layers,
        facts=facts,
        cited_missing=gone,
        other_domain=other_domain,
        importance=weigh(found),
        excerpt=excerpt(told or pairs[:40], gone),
        pages=tuple(_pages(old, new)) if Layer.PDF in layers else (),
        parts=parts,
        listing=listing,
    )


def _measure(old: Shown, new: Shown, before: View, after: View, pairs: Sequence[Pair], learned: Learned) -> Measure:
    if before.own and after.own:
        languages = (old.sight.language, new.sight.language)
        return measure(before.text, after.text, languages) if pairs else SAME
    if not (before.own or after.own) and not _is_other_body(old, new, learned):
        return SAME
    return UNCOMPARED


def _missing(old: Shown, new: Shown, cited: Cited) -> tuple[str, ...]:
    """The claims that the older capture bears out and the newer does not."""
    if not (cited.claims and old.text and new.text):
        return ()
    days = sorted({old.seen_at.date(), new.seen_at.date()})
    before = Read(mask(f"{old.sight.title}\n{old.text}", *days))
    return missing(cited, [before], Read(f"{new.sight.title}\n{new.text}"))


# ---------------------------------------------------------------- layers


def _layers(
    old: Shown,
    new: Shown,
    both: tuple[View, View],
    pairs: Sequence[Pair],
    facts: Sequence[FactChange],
    gone: Sequence[str],
    learned: Learned,
) -> Iterator[Layer]:
    """The layers that differ, in their order."""
    kind = new.sight.kind
    other_body = _is_other_body(old, new, learned)
    differs = {
        Layer.PAYLOAD: old.digest != new.digest,
        Layer.TARGET: old.final_uri != new.final_uri,
        Layer.HEADING: any(fact.kind in ("title", "edition") for fact in facts)
        or both[0].published != both[1].published,
        Layer.TEXT: bool(pairs) and bool(both[0].own or both[1].own),
        Layer.EVIDENCE: bool(gone),
        Layer.DOWNLOADS: _downloads(old) != _downloads(new),
        Layer.PDF: kind is SightKind.PDF and (bool(pairs) or other_body or _counts_differ(old, new)),
        Layer.IMAGE: kind is SightKind.IMAGE and other_body,
        Layer.BINARY: kind not in (SightKind.PDF, SightKind.IMAGE) and other_body,
    }
    return (layer for layer in Layer if differs[layer])


def _is_other_body(old: Shown, new: Shown, learned: Learned) -> bool:
    """Whether bodies without text are others, as far as can be told of their kind."""
    if old.digest == new.digest or old.sight.key == new.sight.key or "body" in learned.fields:
        return False
    if old.sight.kind is not new.sight.kind:
        return not (_is_textual(old) and _is_textual(new))
    if new.sight.kind is SightKind.IMAGE and old.sight.perceptual_hash and new.sight.perceptual_hash:
        return not is_same_picture(old.sight.perceptual_hash, new.sight.perceptual_hash)
    return not (_is_textual(old) or _is_textual(new))


def _is_textual(shown: Shown) -> bool:
    return shown.sight.kind in TEXTUAL and bool(shown.text or shown.sight.opening)


def is_same_picture(one: str, other: str) -> bool:
    """Whether two perceptual hashes (hexadecimal) are those of one picture."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= SAME_PICTURE_BITS


def _counts_differ(old: Shown, new: Shown) -> bool:
    return old.sight.kind is SightKind.PDF and old.sight.page_count != new.sight.page_count


def _downloads(shown: Shown) -> frozenset[str]:
    return frozenset(uri for _, uri in shown.sight.downloads)


def _domain(shown: Shown) -> str:
    return registrable((urlsplit(shown.final_uri).hostname or "").lower())


# ---------------------------------------------------------------- titles, pages, names


def _titles(old: Shown, new: Shown, before: View, after: View) -> Iterator[FactChange]:
    """Title, heading and day of publication that are others now."""
    if before.title and after.title and set(before.title) != set(after.title):
        yield FactChange("title", old.sight.title, new.sight.title)
    elif before.headings and after.headings and _is_other_heading(before.headings, after.headings):
        yield FactChange("title", before.headings[0], after.headings[0])
    if before.published and after.published and before.published != after.published:
        yield FactChange("date", before.published, after.published)


def _is_other_heading(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the first heading is another one; one that a banner put before it is not."""
    return before[0] not in after and after[0] not in before


def _pages(old: Shown, new: Shown) -> Iterator[PageChange]:
    """The pages of a PDF that were put in, taken out or changed."""
    for block in align(old.sight.part_digests, new.sight.part_digests):
        if not block.equal:
            before = (block.a + 1, block.b) if block.a < block.b else None
            after = (block.c + 1, block.d) if block.c < block.d else None
            yield PageChange(before, after)


def _field_parts(old: Shown, new: Shown, before: View, after: View, layers: Sequence[Layer]) -> Iterator[str]:
    if before.title and after.title:
        kept = set(before.title)
        yield from (field_part("title", one) for one in after.title if one not in kept)
        if set(after.title) < kept:
            yield field_part("title", "")
    if before.headings and after.headings and _is_other_heading(before.headings, after.headings):
        yield field_part("heading", after.headings[0])
    if before.published and after.published and before.published != after.published:
        yield field_part("published", after.published)
    if Layer.IMAGE in layers:
        yield field_part("image", new.sight.perceptual_hash or new.sight.key)
    if Layer.BINARY in layers or (Layer.PDF in layers and not new.text):
        yield field_part("body", new.sight.key)
    if Layer.PDF in layers and _counts_differ(old, new):
        yield field_part("pages", str(new.sight.page_count))


def _terms(pairs: Sequence[Pair], cited: Cited) -> int:
    """How many words of the briefing stand in what differs."""
    text = " ".join(p.key for one in pairs for p in (one.before, one.after) if p).casefold()
    return sum(term in text for term in cited.terms)
