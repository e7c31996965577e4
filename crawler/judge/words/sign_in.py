"""Sign-in pages: the names by which they call themselves.

Rules:
- A page that asks for a password and has little else to say is one, whatever it is called; a box for members beside
  an article or a document is none.
"""

from __future__ import annotations

from crawler.judge.phrases import USAGE, Lexicon, Phrases, bare, segments
from crawler.model import Page

# With a name of a sign-in page in its title or headline, a page may say this much more; without one, hardly anything.
NAMED_CHARS, UNNAMED_CHARS = 800, 120

_FORMS = "titles and headlines of sign-in forms in public projects"

TITLES: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "Log in",
            "Login",
            "Log on",
            "Sign in",
            "Sign on",
            "Member login",
            "User login",
            "Please log in",
            "Please sign in",
            "Login required",
            "Sign in to continue",
            "Log in to continue",
            "Sign in to your account",
            "Log in to your account",
            "Central Authentication Service",
            "Web Login Service",
            "Authentication required",
        ),
        f"{_FORMS}; Apereo CAS and Shibboleth name their pages so",
    ),
    Phrases(
        "zh",
        (
            "登录",
            "用户登录",
            "会员登录",
            "系统登录",
            "请登录",
            "请先登录",
            "账号登录",
            "登录页面",
            "欢迎登录",
            "统一身份认证",
            "统一身份认证平台",
            "统一身份认证系统",
            "登入",
            "使用者登入",
            "會員登入",
            "登錄",
            "用戶登錄",
        ),
        f"{_FORMS}; django/django contrib/admin/locale/zh_Hans, zh_Hant; 统一身份认证 of universities",
    ),
    Phrases(
        "fr",
        ("Connexion", "Se connecter", "Identification", "Authentification", "Connectez-vous", "Espace membre"),
        f"{_FORMS}; django/django contrib/admin/locale/fr (Connexion)",
    ),
    Phrases("es", ("Iniciar sesión", "Inicio de sesión", "Acceder", "Identificarse", "Acceso de usuarios"), USAGE),
    Phrases("pt", ("Entrar", "Iniciar sessão", "Fazer login", "Acessar conta", "Autenticação"), USAGE),
    Phrases("ru", ("Вход", "Войти", "Авторизация", "Вход в систему", "Вход на сайт", "Вход в личный кабинет"), _FORMS),
    Phrases("ar", ("تسجيل الدخول", "تسجيل دخول", "الدخول إلى الحساب"), _FORMS),
)

_TITLES = Lexicon(TITLES)


def find_sign_in(page: Page) -> str:
    """What makes a page a sign-in page: its name for itself, or that it asks for a password and nothing else; or ''."""
    sight = page.sight
    if not sight.password_fields or sight.chars > NAMED_CHARS or sight.downloads:
        return ""
    named = _TITLES.name_in((*segments(sight.title), *map(bare, sight.headings[:3])))
    if named and len(page.text) < NAMED_CHARS:
        return named
    return "password" if max(len(page.text), sight.chars // 4) < UNNAMED_CHARS else ""
