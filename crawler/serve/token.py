"""The token that opens a server to other machines: read from a file, compared in constant time, never shown.

Rules:
- It comes as `Authorization: Bearer` (RFC 6750 §2.1), or once in a link; from then on a cookie stands for it, from
  which it cannot be computed.
- The origin of archived copies never sees it: who may open one is told by a signed path that holds for minutes.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from crawler.errors import UsageError

LEAST_CHARACTERS = 32
COOKIE = "evercite"
# How long the way to an archived copy stays open.
PASS_S = 600
_PASS = re.compile(r"([0-9]{1,12})-([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Token:
    """The secret of one server."""

    secret: str = field(repr=False)

    def is_same(self, offered: str) -> bool:
        """Whether this was offered; takes the same time wherever the two differ."""
        return hmac.compare_digest(self.secret.encode(), offered.encode("utf-8", "surrogatepass"))

    @property
    def cookie(self) -> str:
        """The value of the cookie that stands for the token."""
        return self._signed("cookie")

    def is_cookie(self, value: str) -> bool:
        """Whether a cookie stands for this token."""
        return hmac.compare_digest(self.cookie.encode(), value.encode("utf-8", "surrogatepass"))

    def sign(self, target: str, now: float) -> str:
        """A pass to one path and query, from now on for some minutes."""
        ends = int(now) + PASS_S
        return f"{ends}-{self._signed(f'{ends} {target}')}"

    def is_signed(self, given: str, target: str, now: float) -> bool:
        """Whether a pass opens this path and query now."""
        found = _PASS.fullmatch(given)
        if found is None or int(found[1]) < now:
            return False
        return hmac.compare_digest(found[2], self._signed(f"{found[1]} {target}"))

    def _signed(self, words: str) -> str:
        return hmac.new(self.secret.encode(), words.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def read_token(path: Path) -> Token:
    """The token of a file, white space around it left out. Raises UsageError saying what is wrong with it."""
    try:
        secret = path.read_text("ascii").strip()
    except OSError as error:
        raise UsageError(f"{path}: the token cannot be read ({error.strerror}); correct --token-file") from error
    except UnicodeDecodeError:
        secret = ""
    if len(secret) < LEAST_CHARACTERS or not re.fullmatch(r"[!-~]+", secret):
        raise UsageError(
            f"{path}: a token has at least {LEAST_CHARACTERS} printable ASCII characters and no spaces; make one with"
            " `openssl rand -hex 32`"
        )
    return Token(secret)
