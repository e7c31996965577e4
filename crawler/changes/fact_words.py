"""The words that facts are printed in: months, days of the week, currencies, multipliers, ordinals.

Source: CLDR 47 for names in en, fr, es, pt, de, it, ru, ar and zh; ISO 4217 for currencies; 2026-11-22.
"""

from __future__ import annotations

# Names of months as CLDR 47 has them, in full and short: their number.
_MONTH_ROWS = (
    "january jan janvier janv enero ene janeiro januar gennaio январь января يناير",
    "february feb février févr febrero fevereiro fev februar febbraio февраль февраля فبراير",
    "march mar mars marzo março märz март марта مارس",
    "april apr avril avr abril abr aprile апрель апреля أبريل",
    "may mai mayo maio maggio май мая مايو",
    "june jun juin junio junho juni giugno июнь июня يونيو",
    "july jul juillet juil julio julho juli luglio июль июля يوليو",
    "august aug août agosto август августа أغسطس",
    "september sept sep septembre septiembre setembro settembre сентябрь сентября سبتمبر",
    "october oct octobre octubre outubro oktober okt ottobre октябрь октября أكتوبر",
    "november nov novembre noviembre novembro ноябрь ноября نوفمبر",
    "december dec décembre déc diciembre dic dezembro dez dezember dicembre декабрь декабря ديسمبر",
)
MONTHS = {name: number for number, row in enumerate(_MONTH_ROWS, 1) for name in row.split()}
_WEEKDAY_ROWS = (
    "monday 星期一 周一 礼拜一",
    "tuesday 星期二 周二 礼拜二",
    "wednesday 星期三 周三 礼拜三",
    "thursday 星期四 周四 礼拜四",
    "friday 星期五 周五 礼拜五",
    "saturday 星期六 周六 礼拜六",
    "sunday 星期日 星期天 周日 周天 礼拜日 礼拜天",
)
WEEKDAYS = {name: number for number, row in enumerate(_WEEKDAY_ROWS, 1) for name in row.split()}
# What an amount is told in: its signs, code and words (lower case, without spaces).
_CURRENCY_ROWS = {
    "¥": "¥",
    "$": "$ dollar dollars",
    "CNY": "cny rmb 元 元人民币 人民币 yuan renminbi",
    "USD": "us$ usd 美元 usdollars",
    "EUR": "€ eur euro euros 欧元",
    "GBP": "£ gbp pounds 英镑",
    "HKD": "hk$ hkd 港元 港币",
    "JPY": "jpy yen 日元",
    "AUD": "a$ au$ aud 澳元",
    "CAD": "c$ ca$ cad 加元",
    "SGD": "s$ sgd 新元",
    "CHF": "chf francs 瑞士法郎",
    "TWD": "nt$ twd 新台币",
    "INR": "₹ inr 卢比",
    "RUB": "₽ rub 卢布",
    "KRW": "₩ krw 韩元",
    "BRL": "r$ brl 雷亚尔",
}
CURRENCIES = {word: code for code, row in _CURRENCY_ROWS.items() for word in row.split()}
# Words for powers of ten.
_POWERS = {
    3: "千 thousand k mil",
    4: "万",
    5: "十万",
    6: "百万 million millions millones mn m mio",
    7: "千万",
    8: "亿",
    9: "十亿 billion bn milliards mrd",
    10: "百亿",
    11: "千亿",
    12: "万亿 trillion",
}
MULTIPLIERS = {word: 10**power for power, row in _POWERS.items() for word in row.split()}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
ORDINALS = {word: number for number, word in enumerate(_ORDINALS.split(), 1)}
