"""Files of the museum: reports as PDF, pictures, archives of data – and the same made anew, or others in their place.

Rules: the same words give the same bytes; what is `again` shows the same in other bytes, what is `other` does not.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from tests.museum.articles import Article

LINES = 44
DESK = "the report desk"
SIZE = (320, 200)


@cache
def make_report(article: Article, made_by: str = DESK) -> bytes:
    """A PDF of an English article, some pages long; another `made_by` gives another id and other metadata."""
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=A4, invariant=1, pageCompression=int(made_by == DESK))
    canvas.setTitle(article.headline)
    canvas.setProducer(made_by)
    canvas.setKeywords(made_by)
    lines = [line for text in article.text.split("\n") for line in [*simpleSplit(text, "Helvetica", 11, 440), ""]]
    for first in range(0, len(lines), LINES):
        shown = canvas.beginText(72, 770)
        shown.setFont("Helvetica", 11)
        shown.textLines(lines[first : first + LINES])
        canvas.drawText(shown)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


@cache
def make_picture(kind: str, quality: int = 92) -> bytes:
    """A drawing of a quay, or as `other` of a hill and a tower: PNG; as `photograph` a JPEG of that quality."""
    drawn = Image.new("RGB", SIZE, "#d8e6ee")
    pen = ImageDraw.Draw(drawn)
    if kind == "other":
        pen.polygon([(0, 200), (110, 60), (230, 200)], fill="#3f6b3a")
        pen.rectangle((240, 20, 280, 200), fill="#70262a")
    else:
        pen.rectangle((0, 120, 320, 200), fill="#27506b")
        pen.ellipse((40, 30, 100, 90), fill="#f0c040")
        pen.line((20, 130, 300, 110), fill="#ffffff", width=5)
    held = io.BytesIO()
    if kind == "photograph":
        drawn.save(held, "JPEG", quality=quality)
    else:
        drawn.save(held, "PNG")
    return held.getvalue()


@cache
def make_data(edition: int) -> bytes:
    """A ZIP of one CSV table, another one for another edition."""
    held = io.BytesIO()
    rows = "".join(f"{n},{n * (7 + edition) % 101}\n" for n in range(200))
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("survey.csv", (2025, 11, 3, 8, 0, 0)), f"site,score\n{rows}")
    return held.getvalue()
