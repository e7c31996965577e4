"""Whole titles and headlines by which a page says that it is not there.

Rules:
- They are compared as wholes, without a status code before or behind them and without the word of regret that many
  begin with. A code alone says nothing: there are buses, rooms and cars of that number.
"""

from __future__ import annotations

import re

from crawler.judge.phrases import APACHE, DJANGO, PAGES, Lexicon, Phrases, bare, segments

_STATUS = "Laravel-Lang/http-statuses locales (404)"

TITLES: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "Not found",
            "Page not found",
            "Object not found",
            "File not found",
            "Document not found",
            "Content not found",
            "Article not found",
            "Resource not found",
            "URL not found",
            "Page cannot be found",
            "Page can't be found",
            "Page could not be found",
            "The page cannot be found",
            "The page you requested was not found",
            "The requested page could not be found",
            "The requested URL was not found on this server",
            "This page could not be found",
            "This page can't be found",
            "That page can't be found",
            "This page does not exist",
            "This page doesn't exist",
            "Page does not exist",
            "Page doesn't exist",
            "That page doesn't exist or is private",
            "Page no longer exists",
            "Page missing",
            "Page has been removed",
            "Nothing found",
            "We can't find that page",
            "We couldn't find that page",
            "We can't find the page you're looking for",
            "We couldn't find the page you were looking for",
            "The page you are looking for doesn't exist",
            "The page you're looking for doesn't exist",
            "The page you are looking for could not be found",
            "Page not available",
            "Page unavailable",
            "Error page not found",
        ),
        f"{DJANGO}; {APACHE}; {PAGES}; Discourse, Next.js and WordPress by their default pages",
    ),
    Phrases(
        "zh",
        (
            "页面不存在",
            "页面未找到",
            "页面没有找到",
            "页面找不到",
            "页面找不到了",
            "页面丢失",
            "页面走丢了",
            "网页未找到",
            "网页不存在",
            "未找到页面",
            "找不到页面",
            "找不到网页",
            "找不到该页",
            "找不到该页面",
            "找不到此页面",
            "无法找到页面",
            "无法找到该页",
            "无法找到该页面",
            "未找到",
            "您访问的页面不存在",
            "你访问的页面不存在",
            "您访问的页面找不到了",
            "您要访问的页面不存在",
            "您所访问的页面不存在",
            "您查找的页面不存在",
            "访问的页面不存在",
            "该页面不存在",
            "此页面不存在",
            "页面不存在或已被删除",
            "您访问的页面不存在或已被删除",
            "您访问的页面不存在或已被移除",
            "内容不存在",
            "文章不存在",
            "信息不存在",
            "文章不存在或已被删除",
            "内容不存在或已被删除",
            "该内容已被删除",
            "该文章已被删除",
            "该内容已被发布者删除",
            "页面已被删除",
            "页面已删除",
            "页面已下线",
            "链接已失效",
            "链接失效",
        ),
        f"{DJANGO} zh_Hans: 页面没有找到; {_STATUS} zh_CN: 网页未找到; {PAGES}: 您访问的页面不存在",
    ),
    Phrases(
        "zh",
        (
            "頁面不存在",
            "頁面未找到",
            "頁面沒有找到",
            "找不到頁面",
            "找不到這個頁面",
            "找不到此頁面",
            "找不到該頁面",
            "找不到網頁",
            "無法找到頁面",
            "網頁不存在",
            "您要找的頁面不存在",
            "您所瀏覽的頁面不存在",
            "您訪問的頁面不存在",
            "您存取的頁面不存在",
            "未找到",
        ),
        f"{DJANGO} zh_Hant: 頁面沒有找到; {_STATUS} zh_TW: 未找到; {PAGES}: 頁面不存在、找不到這個頁面",
    ),
    Phrases(
        "fr",
        (
            "Page non trouvée",
            "Page introuvable",
            "Page inexistante",
            "Objet non trouvé",
            "Cette page est introuvable",
            "Cette page n'existe pas",
            "La page demandée est introuvable",
            "La page demandée n'existe pas",
            "La page que vous recherchez est introuvable",
            "La page que vous recherchez n'existe pas",
            "La page que vous cherchez n'existe pas",
            "Document introuvable",
            "Fichier introuvable",
            "Contenu introuvable",
            "Article introuvable",
        ),
        f"{DJANGO} fr, {_STATUS} fr: Page non trouvée; {APACHE}; {PAGES}",
    ),
    Phrases(
        "es",
        (
            "Página no encontrada",
            "No encontrado",
            "Página inexistente",
            "La página no existe",
            "Esta página no existe",
            "La página que buscas no existe",
            "La página que busca no existe",
            "La página solicitada no existe",
            "No encontramos esta página",
            "No se encontró la página",
            "No se ha encontrado la página",
            "No se ha encontrado la página solicitada",
            "Objeto no localizado",
            "Contenido no encontrado",
            "Artículo no encontrado",
        ),
        f"{APACHE}; {PAGES}: Página no encontrada, La página que buscas no existe",
    ),
    Phrases(
        "pt",
        (
            "Página não encontrada",
            "Não encontrado",
            "Objeto não encontrado",
            "Página inexistente",
            "Esta página não existe",
            "A página não existe",
            "A página não foi encontrada",
            "A página que você está procurando não existe",
            "A página que você está procurando não foi encontrada",
            "A página que procura não existe",
            "A página solicitada não foi encontrada",
            "Conteúdo não encontrado",
        ),
        f"{APACHE} pt-br; {_STATUS} pt: Não encontrado; {PAGES}",
    ),
    Phrases(
        "ru",
        (
            "Страница не найдена",
            "Не найдено",
            "Страница не существует",
            "Такой страницы не существует",
            "Такой страницы нет",
            "Запрашиваемая страница не найдена",
            "Запрашиваемая вами страница не найдена",
            "Запрашиваемая страница не существует",
            "Запрошенная страница не найдена",
            "Мы не нашли страницу",
            "Страница удалена",
            "Материал не найден",
            "Документ не найден",
        ),
        f"{DJANGO} ru: Страница не найдена; {_STATUS} ru: Не найдено; {PAGES}",
    ),
    Phrases(
        "ar",
        (
            "الصفحة غير موجودة",
            "صفحة غير موجودة",
            "الصفحة غير متوفرة",
            "الصفحة غير متاحة",
            "لم يتم العثور على الصفحة",
            "تعذر العثور على الصفحة",
            "لا يمكن العثور على الصفحة",
            "الصفحة المطلوبة غير موجودة",
            "الصفحة التي طلبتها غير موجودة",
            "الصفحة التي تبحث عنها غير موجودة",
            "هذه الصفحة غير موجودة",
            "الرابط غير موجود",
            "غير موجود",
        ),
        f"{_STATUS} ar: الصفحة غير موجودة; {PAGES}",
    ),
    Phrases(
        "de",
        ("Seite nicht gefunden", "Objekt nicht gefunden", "Diese Seite wurde nicht gefunden"),
        f"{APACHE}; {PAGES}",
    ),
    Phrases("pl", ("Strona nie znaleziona", "Nie znaleziono strony", "Nie znaleziono obiektu"), f"{APACHE}; {PAGES}"),
)

# What many begin with, and what stands around a code.
REGRETS: tuple[Phrases, ...] = (
    Phrases(
        "en",
        ("oops", "ooops", "whoops", "sorry", "we're sorry, but", "we're sorry", "uh oh", "uh-oh", "oh no", "hmm"),
        PAGES,
    ),
    Phrases("zh", ("抱歉", "很抱歉", "非常抱歉", "对不起", "很遗憾", "哎呀", "对不起,您", "糟糕", "對不起"), PAGES),
    Phrases("fr", ("désolé", "nous sommes désolés, mais", "oups"), PAGES),
    Phrases("es", ("lo sentimos", "recórcholis", "vaya", "ups"), PAGES),
    Phrases("pt", ("desculpe", "ops", "epa", "lamentamos"), PAGES),
    Phrases("ru", ("извините", "к сожалению", "упс", "ой"), PAGES),
    Phrases("ar", ("عذراً", "عذرا", "نأسف", "عفواً"), PAGES),
)

_TITLES = Lexicon(TITLES)
_REGRET = re.compile(rf"^(?:{Lexicon(REGRETS).pattern.pattern})[\s,.!…:;。，！-]*")
_CODE = r"(?:(?:http|error|err|erreur|erro|codigo|status|code|fehler|ошибка|خطا|错误|錯誤)[\s:#-]*){0,3}(?:404|410)"
_BEHIND = r"(?:[\s:-]*(?:error|erreur|ошибка|错误|錯誤|خطا))?"
_CODED = re.compile(rf"^(?:{_CODE}{_BEHIND}[\s:.,!-]*)?(.*?)(?:[\s:.,(-]*{_CODE}{_BEHIND}\)?)?$", re.DOTALL)


def name_not_found(words: str) -> str:
    """The phrase by which a whole segment of a title, or a headline, says that a page is not there; or ''."""
    words = bare(words)
    coded = _CODED.match(words)
    core = bare(_REGRET.sub("", bare(coded[1] if coded else words)))
    return _TITLES.name_of(words) or _TITLES.name_of(core)


def find_title(title: str) -> str:
    """The phrase by which a segment of a title says so, or ''."""
    return next((name for part in segments(title) if (name := name_not_found(part))), "")


def find_heading(headings: tuple[str, ...]) -> str:
    """The phrase by which one of the first two headlines says so, or ''."""
    return next((name for heading in headings[:2] if (name := name_not_found(heading))), "")
