"""Sentences by which a page says that it is not there, on a page that says hardly more.

Rules:
- A sentence says it in a phrase of SAID, or names what the reader asked for (ASKED) and that it is not there (MISSING).
- A headline that stands in the text is not heard a second time.
"""

from __future__ import annotations

from crawler.judge.phrases import Lexicon, Phrases, bare, sentences

_DJANGO = "django/django contrib/admin/locale (Page not found)"
_APACHE = "apache/httpd docs/error/HTTP_NOT_FOUND.html.var"
_PAGES = "404 pages of public projects, found by exact search; forms of the same"

SAID: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "page not found",
            "page was not found",
            "page could not be found",
            "page cannot be found",
            "page can't be found",
            "page does not exist",
            "page doesn't exist",
            "page no longer exists",
            "page is no longer available",
            "page has been removed",
            "page may have been removed",
            "page may have been moved",
            "url was not found on this server",
            "nothing was found at this location",
            "we can't find that page",
            "we couldn't find that page",
            "we can't find the page",
            "we couldn't find the page",
            "could not find the page you",
            "this article is no longer available",
            "this content is no longer available",
        ),
        f"{_DJANGO}; {_APACHE}; {_PAGES}; WordPress' default themes",
    ),
    Phrases(
        "zh",
        (
            "页面不存在",
            "页面未找到",
            "页面没有找到",
            "页面找不到",
            "网页不存在",
            "网页未找到",
            "找不到页面",
            "找不到该页",
            "找不到您要",
            "找不到您访问",
            "无法找到该页",
            "无法找到您",
            "没有找到您要",
            "没有找到该页",
            "页面已被删除",
            "页面已被移除",
            "页面可能已被删除",
            "该页面已删除",
            "指定的主题不存在",
            "指定的帖子不存在",
            "文章不存在或已",
            "内容不存在或已",
            "信息不存在或已",
            "该内容已被发布者删除",
            "頁面不存在",
            "頁面未找到",
            "找不到頁面",
            "找不到您要",
            "請求頁面無法找到",
            "網頁不存在",
        ),
        f"{_DJANGO} zh_Hans, zh_Hant; {_PAGES}; Discuz! (指定的主题不存在或已被删除或正在被审核)",
    ),
    Phrases(
        "fr",
        (
            "page non trouvée",
            "page est introuvable",
            "page demandée est introuvable",
            "page n'existe pas",
            "page n'existe plus",
            "n'a pas pu être trouvée",
            "page introuvable",
        ),
        f"{_DJANGO} fr; {_APACHE}; {_PAGES}",
    ),
    Phrases(
        "es",
        (
            "página no encontrada",
            "página no existe",
            "página ya no existe",
            "página no se encuentra",
            "no ha sido localizado en este servidor",
            "no se ha encontrado la página",
            "no se encontró la página",
            "no encontramos la página",
            "no hemos encontrado la página",
        ),
        f"{_APACHE}; {_PAGES}",
    ),
    Phrases(
        "pt",
        (
            "página não encontrada",
            "página não existe",
            "página não foi encontrada",
            "página já não existe",
            "não foi encontrada neste servidor",
            "não encontramos a página",
        ),
        f"{_APACHE}; {_PAGES}",
    ),
    Phrases(
        "ru",
        (
            "страница не найдена",
            "страница не существует",
            "страницы не существует",
            "страница была удалена",
            "страница удалена",
            "мы не нашли страницу",
            "мы не смогли найти страницу",
        ),
        f"{_DJANGO} ru; {_PAGES}",
    ),
    Phrases(
        "ar",
        (
            "الصفحة غير موجودة",
            "لم يتم العثور على الصفحة",
            "تعذر العثور على الصفحة",
            "لا يمكننا العثور على الصفحة",
            "لم نجد الصفحة",
            "الصفحة غير متوفرة",
        ),
        _PAGES,
    ),
)

ASKED: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "page you requested",
            "page you have requested",
            "page you are looking for",
            "page you're looking for",
            "page you were looking for",
            "page that you requested",
            "page that you are looking for",
            "page you are trying to",
            "page you tried to",
            "requested page",
            "requested url",
            "requested resource",
            "requested document",
            "resource you are looking for",
            "content you requested",
            "content you are looking for",
            "document you requested",
            "article you are looking for",
            "file you requested",
        ),
        f"{_DJANGO}; {_PAGES}; IIS (the resource you are looking for)",
    ),
    Phrases(
        "zh",
        (
            "您访问的",
            "你访问的",
            "您要访问的",
            "您所访问的",
            "您请求的",
            "您要找的",
            "您查找的",
            "您所查找的",
            "您要查看的",
            "您浏览的",
            "您要浏览的",
            "请求的页面",
            "您要找的頁面",
            "您要找的",
            "您訪問的",
            "您存取的",
            "您所瀏覽的",
            "您瀏覽的",
            "您請求的",
            "請求頁面",
        ),
        f"{_DJANGO} zh_Hans, zh_Hant; {_PAGES}",
    ),
    Phrases(
        "fr",
        (
            "page que vous recherchez",
            "page que vous cherchez",
            "page que vous avez demandée",
            "page demandée",
            "url demandée",
            "document demandé",
            "contenu demandé",
        ),
        f"{_DJANGO} fr; {_APACHE}; {_PAGES}",
    ),
    Phrases(
        "es",
        (
            "página que buscas",
            "página que busca",
            "página que está buscando",
            "página que estás buscando",
            "página solicitada",
            "url solicitado",
            "url solicitada",
            "contenido solicitado",
        ),
        f"{_APACHE}; {_PAGES}",
    ),
    Phrases(
        "pt",
        (
            "página que você está procurando",
            "página que você procura",
            "página que procura",
            "página que está à procura",
            "página solicitada",
            "página que solicitou",
            "url requisitada",
            "conteúdo solicitado",
        ),
        f"{_APACHE}; {_PAGES}",
    ),
    Phrases(
        "ru",
        (
            "запрашиваемая страница",
            "запрашиваемая вами страница",
            "запрошенная страница",
            "запрошенная вами страница",
            "страница, которую вы ищете",
            "страница, которую вы искали",
            "запрашиваемый документ",
            "запрашиваемый ресурс",
        ),
        f"{_DJANGO} ru; {_PAGES}",
    ),
    Phrases(
        "ar",
        ("الصفحة التي طلبتها", "الصفحة التي تبحث عنها", "الصفحة التي تحاول", "الصفحة المطلوبة", "المحتوى المطلوب"),
        _PAGES,
    ),
)

MISSING: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "not found",
            "could not be found",
            "cannot be found",
            "can't be found",
            "couldn't be found",
            "was not found",
            "does not exist",
            "doesn't exist",
            "no longer exists",
            "no longer available",
            "not available",
            "isn't here",
            "has been removed",
            "has been deleted",
            "have been removed",
            "might have been removed",
            "have been moved",
            "been moved or",
            "has been moved",
            "could not find",
            "couldn't find",
            "can't find",
        ),
        f"{_DJANGO}; {_PAGES}; IIS",
    ),
    Phrases(
        "zh",
        (
            "不存在",
            "找不到",
            "未找到",
            "没有找到",
            "无法找到",
            "已被删除",
            "已删除",
            "被移除",
            "已下线",
            "已失效",
            "已过期",
            "已移动",
            "走丢",
            "没找到",
            "沒有找到",
            "無法找到",
            "已被刪除",
            "已刪除",
            "已被移除",
            "已失效",
        ),
        f"{_DJANGO} zh_Hans, zh_Hant; {_PAGES}",
    ),
    Phrases(
        "fr",
        (
            "introuvable",
            "n'existe pas",
            "n'existe plus",
            "n'a pas pu être trouvée",
            "n'a pas été trouvée",
            "a été déplacée",
            "a été supprimée",
            "n'est plus disponible",
            "semble avoir disparu",
        ),
        f"{_DJANGO} fr; {_APACHE}; {_PAGES}",
    ),
    Phrases(
        "es",
        (
            "no existe",
            "no se encuentra",
            "no ha sido encontrada",
            "no ha podido ser encontrada",
            "no se ha encontrado",
            "no fue encontrada",
            "no ha sido localizado",
            "ha sido movida",
            "ha sido eliminada",
            "cambió de",
            "no está disponible",
        ),
        f"{_APACHE}; {_PAGES}",
    ),
    Phrases(
        "pt",
        (
            "não existe",
            "não foi encontrada",
            "não foi encontrado",
            "foi movida",
            "foi removida",
            "ter sido removida",
            "não está disponível",
            "não está mais disponível",
        ),
        f"{_APACHE}; {_PAGES}",
    ),
    Phrases(
        "ru",
        ("не найдена", "не найден", "не существует", "была удалена", "была перемещена", "удалена", "недоступна"),
        f"{_DJANGO} ru; {_PAGES}",
    ),
    Phrases(
        "ar",
        (
            "غير موجودة",
            "غير موجود",
            "غير متوفرة",
            "غير متاحة",
            "تم نقلها",
            "تم حذفها",
            "ليست هنا",
            "لم نجد",
            "تعذر العثور",
            "لا يمكننا العثور",
            "قد تم نقلها",
        ),
        _PAGES,
    ),
)

_SAID, _ASKED, _MISSING = Lexicon(SAID), Lexicon(ASKED), Lexicon(MISSING)


def find_sentence(text: str, headings: tuple[str, ...] = ()) -> str:
    """The phrase by which a sentence of a text says so, or ''; a headline in it is not heard a second time."""
    said = {part for heading in headings for part in (bare(heading), *sentences(heading))}
    parts = (part for part in sentences(text) if part not in said)
    return next((name for part in parts if (name := _name_said(part))), "")


def _name_said(sentence: str) -> str:
    said = _SAID.find(sentence)
    if said:
        return said
    asked, missing = _ASKED.find(sentence), _MISSING.find(sentence)
    return f"{asked} … {missing}" if asked and missing else ""
