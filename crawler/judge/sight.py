"""Good answers that show nothing a robot could judge: empty ones, shells for scripts, files that do not open.

Rules:
- A body that a limit of ours cut is none of these: what is missing may be what we did not take.
- They are judged before what a page says of itself, since on a shell every path looks like every other; only an
  explicit offer of the domain comes first.
- A page without a word that has scripts is a shell rather than empty.
"""

from __future__ import annotations

from crawler.judge.answers import name_of
from crawler.judge.case import Case
from crawler.judge.found import Found, found
from crawler.judge.parked import is_for_sale
from crawler.judge.phrases import extent
from crawler.model import SightKind

# Beside scripts, less visible text is a shell (docs: verdicts: 200 characters; of Han, a third of them says as much).
SHELL_CHARS = 200

KINDS: dict[SightKind, tuple[str, str]] = {
    SightKind.HTML: ("an HTML page", "网页"),
    SightKind.PDF: ("a PDF", " PDF 文件"),
    SightKind.IMAGE: ("an image", "图片"),
    SightKind.TEXT: ("text", "文本"),
    SightKind.OTHER: ("a file of the kind it claims to be", "所标明类型的文件"),
}


def no_body(case: Case) -> Found | None:
    """A good answer without a byte (204 too: RFC 9110 §15.3.5)."""
    content = case.observation.content
    if case.is_cut_by_us or (content is not None and content.length_bytes and case.status != 204):
        return None
    name = name_of(case)
    return found(
        "no-body",
        f"{name} answered {case.status} with an empty page.",
        f"{name} 返回 {case.status}，但页面是空的，没有任何内容。",
    )


def no_text(case: Case) -> Found | None:
    """HTML that shows no character, and has no script that could."""
    page = case.html
    if page is None or page.sight.chars or page.sight.scripts or not page.sight.opens:
        return None
    if case.is_cut_by_us or is_for_sale(case):
        return None
    name = name_of(case)
    return found(
        "no-visible-text",
        f"The page of {name} shows no text at all; open it in a browser.",
        f"{name} 的页面没有任何文字，请用浏览器打开查看。",
    )


def js_shell(case: Case) -> Found | None:
    """HTML that leaves its text to scripts."""
    page = case.html
    if page is None or not page.sight.scripts or max(page.sight.chars, extent(page.sight.opening)) >= SHELL_CHARS:
        return None
    if case.is_cut_by_us or is_for_sale(case):
        return None
    chars = page.sight.chars
    return found(
        "js-shell",
        f"The page is drawn by scripts ({chars} characters of text without them); open it in a browser.",
        f"页面内容由脚本生成（不运行脚本时只有 {chars} 个字符），程序无法核验，请用浏览器打开查看。",
    )


def unsupported_type(case: Case) -> Found | None:
    """A complete body that cannot be opened as what it claims to be."""
    page = case.page
    if page is None or page.sight.opens or case.is_cut_by_us or is_for_sale(case):
        return None
    en, zh = KINDS[page.sight.kind]
    name = name_of(case)
    return found(
        "does-not-open",
        f"What {name} sent cannot be opened as {en}; try it in a browser.",
        f"{name} 返回的内容无法作为{zh}打开，请用浏览器试一试。",
    )
