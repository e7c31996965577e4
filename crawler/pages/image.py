"""A picture as it is shown: its size, its pixels' digest, and a hash that pictures that look alike nearly share.

Rules:
- Only formats that browsers show are tried. What is cut short is shown as far as it goes, as browsers do.
- A picture of more pixels than anybody's screen is measured and not decoded: a few bytes may promise any number.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from dataclasses import dataclass

from PIL import Image, ImageFile

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "ICO", "TIFF")
MOST_PIXELS = 40_000_000
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, MemoryError)
# The library's own switches are globals: show what came, as browsers do, and leave it to us what is too large.
ImageFile.LOAD_TRUNCATED_IMAGES = True
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows; `pixels` is a digest, `perceptual_hash` 16 hex digits, both empty where not decoded."""

    opens: bool
    width: int = 0
    height: int = 0
    pixels: str = ""
    perceptual_hash: str = ""


def read_picture(content: bytes) -> Picture:
    """The first frame of a picture; one that cannot be opened is 0 wide."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large and odd pictures
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except _BROKEN:
        return Picture(opens=False)
    width, height = image.size
    if width * height > MOST_PIXELS:
        return Picture(True, width, height)
    return _decoded(image, width, height)


def _decoded(image: Image.Image, width: int, height: int) -> Picture:
    try:
        shown = _on_white(image)
    except _BROKEN:
        return Picture(True, width, height)
    digest = hashlib.sha256(f"{width} {height} ".encode() + shown.tobytes()).hexdigest()
    return Picture(True, width, height, digest, difference_hash(shown))


def _on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency, as it stands on most pages."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


def difference_hash(image: Image.Image) -> str:
    """64 bits: whether each of 8 × 8 fields is darker than its right neighbour (dHash, N. Krawetz, 2013)."""
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[9 * row + column] < grey[9 * row + column + 1])
    return f"{bits:016x}"
