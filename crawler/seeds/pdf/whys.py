"""What is wrong with a PDF, in one sentence of each language that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from crawler.seeds.reading import Why

ENCRYPTED = Why("is encrypted; save it without a password", "文件已加密；请另存为无密码的文件")
BROKEN = Why(
    "is no PDF, or a broken or truncated one; export or download it again",
    "不是 PDF，或已损坏、不完整；请重新导出或下载",
)
NO_PAGES = Why("has no pages; export it again", "没有任何页面；请重新导出")
LINKS_RESCUED = Why(
    "is damaged: its links were read as far as they can be found; export it again to be sure of all",
    "文件有损坏：已尽量读出其中的链接；如需确保完整，请重新导出",
)
TEXT_LOST = Why(
    "is damaged: its links were read, its text could not be; export it again, or put the text version beside it",
    "文件有损坏：已读出链接，但无法读取正文；请重新导出，或将文本版放在同一文件夹",
)


def no_text(pages: Iterable[int]) -> Why:
    """For pages that are pictures of text."""
    shown, zh, verb = _pages(pages)
    return Why(
        f"{shown} {verb('holds', 'hold')} only pictures, their printed links cannot be read;"
        " run text recognition (OCR) or put the text version beside it",
        f"{zh}只有图片，无法读取其中印出的链接；请先做文字识别（OCR），或将文本版放在同一文件夹",
    )


def unreadable_text(pages: Iterable[int]) -> Why:
    """For pages whose text could not be read."""
    shown, zh, _ = _pages(pages)
    return Why(
        f"the text of {shown} could not be read; export the document again or put the text version beside it",
        f"{zh}的正文无法读取；请重新导出，或将文本版放在同一文件夹",
    )


def too_large(pages: Iterable[int]) -> Why:
    """For pages that unpack to more than is read."""
    shown, zh, verb = _pages(pages)
    return Why(
        f"{shown} {verb('is', 'are')} too large when unpacked, not all text was read; split or simplify the document",
        f"{zh}解压后过大，正文未全部读取；请拆分或简化文件",
    )


def broken_links(pages: Iterable[int]) -> Why:
    """For pages with annotations that could not be read."""
    shown, zh, _ = _pages(pages)
    return Why(
        f"some annotations of {shown} are broken, or too many, and were left out; check their links in a PDF viewer",
        f"{zh}有注释已损坏或过多，未能读取；请用 PDF 阅读器核对其中的链接",
    )


def too_many_pages(read: int, pages: int) -> Why:
    """For a document of more pages than are read."""
    return Why(
        f"has {pages} pages; only the first {read} were read, split it",
        f"共有 {pages} 页，只读取了前 {read} 页；请拆分文件",
    )


def too_many_links(read: int, page: int) -> Why:
    """For a document of more links than are kept."""
    return Why(
        f"has more than {read} links; those after page {page} were left out, split it",
        f"链接超过 {read} 个，第 {page} 页之后的未读取；请拆分文件",
    )


def _pages(pages: Iterable[int]) -> tuple[str, str, _Verb]:
    """`pages 2-4, 7` and `第 2-4、7 页`, and the choice between singular and plural."""
    numbers = sorted(set(pages))
    ranges = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        ranges.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    verb = _Verb(len(numbers) == 1)
    return f"{verb('page', 'pages')} {', '.join(ranges)}", f"第 {'、'.join(ranges)} 页", verb


class _Verb:
    def __init__(self, is_one: bool) -> None:
        self._is_one = is_one

    def __call__(self, one: str, many: str) -> str:
        return one if self._is_one else many
