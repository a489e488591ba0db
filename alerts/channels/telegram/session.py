"""How a call reaches Telegram: aiogram's session, with a body of JSON wherever no file goes along.

The Bot API reads JSON as it reads a form: a string is itself, anything else its JSON text (tdlib/td, HttpReader.cpp).
aiogram always makes a form, where each Cyrillic letter is six characters: half of what sending a message cost.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import aiohttp
import msgspec
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import InputFile
from aiohttp.payload import BytesPayload
from pydantic import BaseModel

from watchers.http import trusted

__all__ = ["JsonSession", "SendText", "Sent"]


class Sent(BaseModel):
    """What is wanted of the message that Telegram answers with."""

    message_id: int


class SendText(TelegramMethod[Sent]):
    """`sendMessage` with plain values only (text, numbers, lists, dicts), which are posted as they are, unchecked."""

    __returning__ = Sent
    __api_method__ = "sendMessage"


class _Result(msgspec.Struct):
    message_id: int


class _Answer(msgspec.Struct):
    ok: bool
    result: _Result


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Answer).decode


@cache
def _hold(returning: Any) -> Any:
    """The model of an answer: aiogram asks for it each time, and pydantic builds it anew unless somebody holds it."""
    return Response[returning]


def _sent(status: int, answer: bytes) -> Sent | None:
    """The message of an answer that says it was sent; None for any other answer."""
    try:
        read = _decode(answer)
    except ValueError:  # a refusal has no message; a proxy's page is no JSON
        return None
    return Sent(message_id=read.result.message_id) if read.ok and status == 200 else None


class JsonSession(AiohttpSession):
    """Posts JSON; its time-outs and exceptions are those of aiogram's own session."""

    def __init__(self, api: TelegramAPIServer, seconds: float) -> None:
        super().__init__(api=api, timeout=seconds)
        self._connector_init["ssl"] = trusted()

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's
    ) -> TelegramType:
        """Post a call and read its answer. Raises what aiogram raises."""
        body = self._body(bot, method)
        if body is None:
            return await super().make_request(bot, method, timeout)
        session = await self.create_session()
        try:
            async with session.post(
                self.api.api_url(token=bot.token, method=method.__api_method__),
                data=BytesPayload(body, content_type="application/json"),
                timeout=self.timeout if timeout is None else timeout,  # type: ignore[arg-type] # as aiogram gives it
            ) as response:
                answer = await response.read()
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except aiohttp.ClientError as error:
            raise TelegramNetworkError(method=method, message=f"{type(error).__name__}: {error}") from error
        if isinstance(method, SendText) and (sent := _sent(response.status, answer)) is not None:
            return cast("TelegramType", sent)
        _hold(method.__returning__)
        checked = self.check_response(bot, method, response.status, answer.decode("utf-8", "replace"))
        return cast("TelegramType", checked.result)

    async def close(self) -> None:
        """Without the quarter of a second that aiogram waits for TLS to end, where there is none."""
        if self._session is not None and self.api.base.startswith("http:"):
            await self._session.close()
        else:
            await super().close()

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> bytes | None:
        """The call as JSON, without what is not set; None where files go along."""
        if isinstance(method, SendText):
            return _encode(method.model_extra)
        files: dict[str, InputFile] = {}
        values = {
            name: self.prepare_value(value, bot, files, _dumps_json=False)
            for name, value in method.model_dump(warnings=False).items()
        }
        return None if files else _encode({name: one for name, one in values.items() if one is not None and one != ""})
