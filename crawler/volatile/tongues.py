"""Words for times and counters, a row a language: what the patterns of volatile parts are made of.

Source: the interfaces of WordPress, Drupal, Discuz!, MediaWiki and Bitrix in these languages, and government and news
pages as they stand on 2026-11-22; months and days of the week as in CLDR 47.
"""

from __future__ import annotations

from typing import NamedTuple


class Ago(NamedTuple):
    """How a language tells an age: what stands before the number, words for numbers, units, what stands behind."""

    words: tuple[str, ...]  # one of them stands wherever an age does
    before: str
    numbers: str
    units: str
    behind: str = ""
    unless: str = ""  # what must not follow: it makes another thing of it


class Counter(NamedTuple):
    """How a language labels a counter: nouns (`Views: 12`, `12 views`), verbs and a word for times (`read 12 times`).

    Words are separated by spaces; those of a phrase are joined by `_`.
    """

    nouns: str
    verbs: str = ""
    times: str = ""


AGES = (
    Ago(
        (" ago",),
        "(?:about |over |almost |more than )?",
        "an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|few|several",
        "seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|mos?|years?|yrs?|y",
        r"\s?ago",
    ),
    Ago(
        ("il y a",),
        "il y a (?:environ |plus de |moins de )?",
        "une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|quelques",
        "secondes?|s|minutes?|min|mn|heures?|h|jours?|j|semaines?|mois|ans?|années?",
        unless=r"\s(?:de|des|d['’])",
    ),
    Ago(
        ("hace ",),
        "hace (?:casi |más de )?",
        "un|una|unos|unas|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|pocos|pocas",
        "segundos?|seg|minutos?|min|horas?|h|d[ií]as?|semanas?|mes|meses|años?",
        unless=r"\s(?:de|que)\b",
    ),
    Ago(
        ("há ",),
        "há (?:cerca de |mais de |quase )?",
        "uma?|dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|alguns|algumas",
        "segundos?|minutos?|min|horas?|h|dias?|semanas?|mês|meses|anos?",
        unless=r"\s(?:de|para)\b",
    ),
    Ago(("atrás",), "", "uma?|dois|duas|três", "segundos?|minutos?|horas?|dias?|semanas?|mês|meses|anos?", r"\satrás"),
    Ago(
        ("назад",),
        "",
        "один|одну|два|две|три|четыре|пять|несколько",
        "секунд[уы]?|сек\\.?|минут[уы]?|мин\\.?|час(?:а|ов)?|ч\\.?|день|дня|дней|дн\\.?|недел[юиь]|месяц(?:а|ев)?"
        "|мес\\.?|год|года|лет",
        r"\sназад",
    ),
    Ago(("назад",), "", "", "секунду|минуту|час|день|неделю|месяц|год", r"\sназад"),
    Ago(
        ("منذ",),
        "منذ (?:حوالي |نحو )?",
        "",
        "ثانية|ثوان|ثواني|دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوما?|يومين|أيام|ايام|أسبوع|اسبوع|أسبوعين|أسابيع"
        "|شهرا?|شهرين|أشهر|شهور|سنة|سنتين|سنوات|عام|عامين|أعوام",
        unless=r"\s\d",
    ),
    Ago(
        ("قبل",),
        "قبل (?:حوالي |نحو )?",
        "",
        "ثانية|ثوان|ثواني|دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام|ايام|أسبوع|اسبوع|أسبوعين|أسابيع",
        unless=r"\s(?:من\b|على\b|\d)",
    ),
)

COUNTERS = (
    Counter(
        "view views pageview pageviews page_views read reads download downloads hit hits click clicks visit visits"
        " visitor visitors like likes share shares comment comments follower followers play plays reply replies"
        " reactions online watching people_reading people_viewing people_watching users_online guests_online",
        "viewed read downloaded visited played shared accessed seen",
        "times",
    ),
    Counter(
        "vue vues lecture lectures téléchargement téléchargements visite visites visiteurs consultations commentaire"
        " commentaires partage partages abonnés",
        "vu vue lu lue consulté consultée téléchargé téléchargée partagé partagée",
        "fois",
    ),
    Counter(
        "vistas visita visitas lectura lecturas descarga descargas visualizaciones visualización comentario comentarios"
        " compartidos seguidores visitantes",
        "visto vista leído leída descargado descargada visitado visitada",
        "veces vez",
    ),
    Counter(
        "visualização visualizações acesso acessos leituras comentário comentários compartilhamentos partilhas",
        "lido lida baixado baixada acessado acessada descarregado",
        "vezes",
    ),
    Counter(
        "просмотр просмотра просмотров просмотры прочтений скачивание скачивания скачиваний загрузка загрузок загрузки"
        " посещение посещений посетителей посетители комментарий комментария комментариев комментарии"
        " количество_просмотров число_просмотров",
        "просмотрено прочитано скачано загружено",
        "раз раза",
    ),
    Counter(
        "مشاهدة مشاهدات المشاهدات عدد_المشاهدات قراءة قراءات القراءات عدد_القراءات زيارة زيارات الزيارات عدد_الزيارات"
        " زائر زوار الزوار عدد_الزوار تحميل تحميلات التحميلات تنزيل تنزيلات التنزيلات عدد_التنزيلات تعليق"
        " تعليقات التعليقات مشاركات متابعين",
        "شوهد شوهدت قرئ قرئت",
        "مرات مرة",
    ),
)

# Months in nominative, genitive and short; the number is the place in the row.
MONTHS = (
    "january jan janvier janv enero ene janeiro январь января янв يناير كانون\u00a0الثاني",
    "february feb février fevrier févr febrero fevereiro fev февраль февраля фев февр فبراير شباط",
    "march mar mars marzo março marco март марта мар مارس آذار",
    "april apr avril avr abril abr апрель апреля апр أبريل ابريل إبريل نيسان",
    "may mai mayo maio май мая مايو أيار ايار",
    "june jun juin junio junho июнь июня июн يونيو حزيران",
    "july jul juillet juil julio julho июль июля июл يوليو تموز",
    "august aug août aout agosto ago август августа авг أغسطس اغسطس آب",
    "september sep sept septembre septiembre setiembre setembro set сентябрь сентября сен сент سبتمبر أيلول ايلول",
    "october oct octobre octubre outubro out октябрь октября окт أكتوبر اكتوبر تشرين\u00a0الأول",
    "november nov novembre noviembre novembro ноябрь ноября ноя нояб نوفمبر تشرين\u00a0الثاني",
    "december dec décembre decembre déc diciembre dic dezembro dez декабрь декабря дек ديسمبر كانون\u00a0الأول",
)

WEEKDAYS = (
    "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?",
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
    "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
    "(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?",
    "понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс",
    "(?:يوم )?(?:الاثنين|الإثنين|الثلاثاء|الأربعاء|الاربعاء|الخميس|الجمعة|السبت|الأحد|الاحد)",
    "(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]",
)

# Words for the day itself; with a clock behind them they are a look's own time.
TODAY = (
    "今天是?|今日|昨天|昨日|前天|现在是|today is|today|yesterday|aujourd['’]hui|hier|hoy|ayer|hoje|ontem|сегодня|вчера"
    "|اليوم|أمس"
)

# What makes a time a deadline or one end of a span: shortly before it on its line, right before it, right behind it.
DUE = (
    "截止|截至|期限|限期|逾期|最迟|最晚|不迟于|不晚于|有效期|到期|开标|deadline|closing|closes|expir|valid|due|submi|appl|regist"
    "|no later|limite|clôture|échéance|plazo|límite|vence|cierre|prazo|encerra|срок|не позднее|موعد|آخر|مهلة"
)
DUE_BEFORE = (
    r"[至到自从]|(?<![^\W\d_])(?:by|until|till|before|from|to|between|jusqu['’]au|avant(?: le)?|au|du|hasta(?: el)?"
    r"|antes del?|desde(?: el)?|até|antes de|до|с|по|قبل|حتى|من|إلى)|\d[日号]?\s?[-–—~～]"
)
DUE_BEHIND = (
    r"之?前|以前|止|截止|截至|起|至|到|为止|(?:to|until|till|through|deadline|at the latest|au|jusqu|hasta|al|até"
    r"|по|до|إلى|حتى)\b|[-–—~～]\s?\d"
)
