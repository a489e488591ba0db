"""Who may ask: the bearer token, and the different ways in which the real API refuses one."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

_NAMES = {401: ("Unauthorized", "UnauthorizedHttpException"), 403: ("Forbidden", "HttpException"),
          404: ("Not Found", "NotFoundHttpException"), 400: ("Bad Request", "BadRequestHttpException")}  # fmt: skip
MANNERS = ("mixed", "401", "403", "404")


def yii_error(status: int, message: str) -> web.Response:
    """Return an error as the portal's framework words it."""
    name, kind = _NAMES[status]
    body: dict[str, Any] = {
        "name": name, "message": message, "code": 0, "status": status, "type": f"yii\\web\\{kind}",
    }  # fmt: skip
    return web.json_response(body, status=status)


def refusal(header: str | None, token: str, manner: str = "mixed") -> web.Response | None:
    """Return the refusal of an Authorization header, None where it is right.

    `manner` "mixed": 401 without a body for none at all, 404 "Invalid Route" for what has not the shape of a token, 403
    for another's or an expired one. All three were seen for the same cause; the others of MANNERS give one always.
    """
    if header == f"Bearer {token}":
        return None
    if manner == "mixed":
        given = (header or "").removeprefix("Bearer ")
        manner = "401" if not header else "403" if re.fullmatch("[0-9a-f]{32}", given) else "404"
    if manner == "401":
        return web.Response(status=401)
    return yii_error(403, "Access denied") if manner == "403" else yii_error(404, "Invalid Route")
