"""Walls that only their page shows: challenges, denials and filters, by the words they stand for.

Rules:
- A wall is a short page: an article about walls has more to say.
- On an error status the title or the words are enough. On a good answer both are needed where a row has both,
  unless the row is `plain_enough`: what it says, no page says of anything but a visitor.
- 410 and 5xx are answers about the page unless a row says that its wall uses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crawler.judge.phrases import READ_ON, Lexicon, Phrases, bare, plain, segments
from crawler.model import Sight

LONGEST_WALL = 2000
REFUSALS = frozenset(range(400, 500)) - {410}
ANY_STATUS = frozenset(range(200, 600))
GOOD_OR_REFUSAL = REFUSALS | frozenset(range(200, 300))


@dataclass(frozen=True)
class WallPage:
    """One kind of wall: whole titles (or segments of one, or headlines), and words anywhere in what it shows.
    `statuses` are those it was seen with; `source` says where its words were read, `read_on` when."""

    id: str
    name: str
    source: str
    titles: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    statuses: frozenset[int] = GOOD_OR_REFUSAL
    plain_enough: bool = False
    language: str = "en"
    read_on: str = READ_ON

    @cached_property
    def in_titles(self) -> Lexicon:
        """The titles as segments are compared with them."""
        return Lexicon([Phrases(self.language, self.titles, self.source)])

    @cached_property
    def in_texts(self) -> Lexicon:
        """What finds the words in a plain text."""
        return Lexicon([Phrases(self.language, self.texts, self.source)])


_CHECKS = "public code that tells challenge pages apart (crawlers, link checkers, browser drivers)"
_WAFW00F = "EnableSecurity/wafw00f wafw00f/plugins/"

WALL_PAGES: tuple[WallPage, ...] = (
    WallPage(
        "cloudflare-page",
        "Cloudflare",
        "docs: verdicts; FlareSolverr and others by title and text",
        titles=("Just a moment...", "Attention Required! | Cloudflare", "请稍候…", "Un instant…", "Un momento…"),
        texts=(
            "checking your browser before accessing",
            "enable javascript and cookies to continue",
            "needs to review the security of your connection",
            "verifying you are human",
            "verify you are human",
            "checking if the site connection is secure",
            "sorry, you have been blocked",
            "performance & security by cloudflare",
        ),
        statuses=ANY_STATUS,
    ),
    WallPage(
        "access-denied-page",
        "Access Denied",
        "docs: verdicts: on 4xx, 404s in the shape of a block among them",
        titles=(
            "Access Denied",
            "403 Forbidden",
            "Forbidden",
            "Request blocked",
            "ERROR: The request could not be satisfied",
        ),
        texts=("you don't have permission to access", "access denied. reference #"),
        statuses=REFUSALS,
    ),
    WallPage(
        "anubis-page",
        "Anubis",
        "TecharoHQ/anubis lib/localization/locales/en.json; docs: verdicts",
        titles=("Making sure you're not a bot!", "Verifying your request"),
        texts=(
            "set up anubis to protect the server",
            "protected by anubis",
            "we ensure the security of your connection",
            "verifying your request",
            "making sure you're not a bot",
        ),
        statuses=ANY_STATUS,
    ),
    WallPage(
        "incapsula-page",
        "Imperva Incapsula",
        "pages of the incident frame kept in public tests of crawlers",
        titles=("Request unsuccessful", "Pardon Our Interruption"),
        texts=("request unsuccessful. incapsula incident id", "incapsula incident id"),
        statuses=ANY_STATUS,
        plain_enough=True,
    ),
    WallPage(
        "securesphere-page",
        "Imperva SecureSphere",
        _WAFW00F + "imperva.py",
        texts=("contact support for additional information. the incident id is",),
        plain_enough=True,
    ),
    WallPage(
        "ddos-guard-page",
        "DDoS-Guard",
        _WAFW00F + "ddosguard.py; FlareSolverr's list of titles",
        titles=("DDoS-Guard", "DDOS-GUARD"),
        texts=("checking your browser before accessing", "ddos protection by ddos-guard"),
        statuses=ANY_STATUS,
    ),
    WallPage(
        "perimeterx-page",
        "HUMAN (PerimeterX)",
        _WAFW00F + "perimeterx.py",
        titles=("Access to this page has been denied", "Access to this page has been denied."),
        texts=("we believe you are using automation tools to browse the website", "press & hold to confirm you are"),
        plain_enough=True,
    ),
    WallPage(
        "datadome-page",
        "DataDome",
        "the interstitial's paragraph, kept in public tests of crawlers",
        texts=("please enable js and disable any ad blocker",),
        plain_enough=True,
    ),
    WallPage(
        "sucuri-page",
        "Sucuri",
        _WAFW00F + "sucuri.py",
        titles=("Sucuri WebSite Firewall", "Sucuri WebSite Firewall - Access Denied"),
        texts=("access denied - sucuri website firewall", "sucuri website firewall - access denied"),
        plain_enough=True,
    ),
    WallPage(
        "wordfence-page",
        "Wordfence",
        _WAFW00F + "wordfence.py",
        texts=("generated by wordfence", "a potentially unsafe operation has been detected in your request"),
        statuses=ANY_STATUS,
        plain_enough=True,
    ),
    WallPage(
        "big-ip-page",
        "F5 BIG-IP ASM",
        _WAFW00F + "f5bigipasm.py; comes with 200 as often as not",
        titles=("Request Rejected",),
        texts=("the requested url was rejected. please consult with your administrator",),
        plain_enough=True,
    ),
    WallPage(
        "fortinet-filter",
        "FortiGuard",
        _WAFW00F + "fortiguard.py, fortigate.py",
        titles=("Web Filter Violation", "Web Page Blocked!", "Web Page Blocked", "FortiGuard Intrusion Prevention"),
        texts=("fortiguard intrusion prevention", "fortigate application control", "web page blocked"),
    ),
    WallPage(
        "palo-alto-filter",
        "Palo Alto Networks",
        "identYwaf and others: the filter's own sentence",
        texts=("has been blocked in accordance with company policy",),
        plain_enough=True,
    ),
    WallPage(
        "google-unusual-traffic",
        "Google",
        _CHECKS,
        texts=("our systems have detected unusual traffic from your computer network",),
        plain_enough=True,
    ),
    WallPage(
        "captcha-page",
        "Captcha",
        _CHECKS,
        titles=(
            "Robot Check",
            "Are you a robot?",
            "Security check",
            "Human Verification",
            "Verify you are human",
            "Bot Verification",
            "Captcha",
            "Security Checkpoint",
            "Vercel Security Checkpoint",
            "Client Challenge",
            "Checking your browser",
            "Verification",
            "One more step",
        ),
        texts=(
            "verify you are human",
            "verify that you are human",
            "verify you are a human",
            "verify that you're not a robot",
            "confirm you are human",
            "confirm that you are human",
            "prove you are human",
            "i'm not a robot",
            "i am not a robot",
            "are you a robot",
            "complete the security check",
            "complete the captcha",
            "solve this captcha",
            "enter the characters you see",
            "type the characters you see",
            "we're verifying your browser",
            "checking your browser",
            "verifying your browser",
            "unusual activity from your",
        ),
        statuses=ANY_STATUS - frozenset({410}),
    ),
    WallPage(
        "court-filter-india",
        "Department of Telecommunications",
        "ooni and other censorship tests: the notice that Indian providers show",
        texts=("has been blocked as per the directions received from department of telecommunications",),
        plain_enough=True,
    ),
    WallPage(
        "registry-filter-russia",
        "Роскомнадзор",
        "public code that tells provider stubs apart, several of one mind",
        texts=(
            "доступ к информационному ресурсу ограничен",
            "доступ к запрашиваемому ресурсу ограничен",
            "доступ к ресурсу ограничен согласно решению",
        ),
        plain_enough=True,
        language="ru",
    ),
    WallPage(
        "chuangyu-page",
        "创宇盾",
        "pages of 创宇盾 that public checkers look for: 当前访问疑似黑客攻击，已被创宇盾拦截",
        texts=("当前访问疑似黑客攻击", "已被创宇盾拦截", "创宇盾提示您"),
        plain_enough=True,
        language="zh",
    ),
    WallPage(
        "safedog-page",
        "安全狗",
        "waf_repeater waf_config.py; crawlers that meet its page",
        titles=("服务器安全狗防护验证页面",),
        texts=("如果您是网站管理员,请登录安全狗", "您的请求带有不合法参数,已被网站管理员设置拦截"),
        plain_enough=True,
        language="zh",
    ),
    WallPage(
        "lua-waf-page",
        "网站防火墙",
        "the page of ngx_lua_waf and its descendants (宝塔 among them), in many public copies",
        titles=("网站防火墙",),
        texts=("您的请求带有不合法参数", "已被网站管理员设置拦截", "您提交的内容包含危险的攻击请求"),
        plain_enough=True,
        language="zh",
    ),
    WallPage(
        "aliyun-page",
        "阿里云 WAF",
        "wafw00f's later rows for Aliyun; the page itself, in public copies; comes with 405",
        titles=("滑动验证页面",),
        texts=(
            "由于您访问的url有可能对网站造成安全威胁,您的访问被阻断",
            "为了更好的访问体验,请进行验证",
            "请按住滑块,拖动到最右边",
        ),
        statuses=ANY_STATUS,
        plain_enough=True,
        language="zh",
    ),
    WallPage(
        "tencent-page",
        "腾讯云 WAF",
        _WAFW00F + "qcloud.py",
        texts=("腾讯云web应用防火墙",),
        plain_enough=True,
        language="zh",
    ),
    WallPage(
        "xuanwu-page",
        "玄武盾",
        "a public list of the words by which Chinese firewalls refuse",
        texts=(
            "您的访问可能对网站造成威胁",
            "您正在试图非法攻击",
            "检测到可疑访问",
            "此次访问可能会对网站造成安全威胁",
        ),
        language="zh",
        plain_enough=True,
    ),
    WallPage(
        "baidu-captcha",
        "百度安全验证",
        "crawlers that meet it, by title and text",
        titles=("百度安全验证",),
        texts=("请完成下方验证后继续操作", "网络不给力,请稍后重试"),
        plain_enough=True,
        language="zh",
    ),
    WallPage(
        "captcha-page-zh",
        "人机验证",
        "crawlers that meet such pages, by title and text: 安全验证、滑动验证、人机验证",
        titles=(
            "安全验证",
            "人机验证",
            "访问验证",
            "滑块验证",
            "滑动验证",
            "身份验证",
            "验证码",
            "请输入验证码",
            "访问受限",
            "安全拦截",
            "拦截提示",
        ),
        texts=(
            "请完成安全验证",
            "请完成验证",
            "请完成下方验证",
            "请进行验证",
            "请输入验证码",
            "请拖动滑块",
            "拖动左侧滑块",
            "请按住滑块",
            "点击进行验证",
            "确认您是真人",
            "请确认您不是机器人",
            "访问过于频繁",
            "操作过于频繁",
            "您的访问被拦截",
            "您的访问已被拦截",
            "已被拦截",
        ),
        language="zh",
    ),
)


@dataclass(frozen=True, slots=True)
class Met:
    """A wall that a page may be, the words that say so, and whether they stand in its title, in its text, or both."""

    wall: WallPage
    words: str
    in_title: bool
    in_text: bool

    def stands(self, status: int) -> bool:
        """Whether it is one under this status."""
        if status not in self.wall.statuses:
            return False
        both = self.in_title and self.in_text
        return both or status >= 400 or self.wall.plain_enough or not (self.wall.titles and self.wall.texts)


def find_walls(sight: Sight) -> tuple[Met, ...]:
    """The walls that a page may be, in order of the table; which of them it is depends on its status."""
    if sight.chars > LONGEST_WALL:
        return ()
    titles = (*segments(sight.title), *map(bare, sight.headings[:2]))
    shown = plain(f"{sight.title}\n{sight.opening}").replace("\n", " ")
    return tuple(met for wall in WALL_PAGES if (met := _met(wall, titles, shown)))


def _met(wall: WallPage, titles: tuple[str, ...], shown: str) -> Met | None:
    in_title, in_text = wall.in_titles.name_in(titles), wall.in_texts.find(shown)
    return Met(wall, in_title or in_text, bool(in_title), bool(in_text)) if in_title or in_text else None
