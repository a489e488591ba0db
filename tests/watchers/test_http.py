from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from tests.standins.ocds_feed import OcdsFeedStandIn, release
from tests.standins.serving import StandIn
from tests.watchers.sources.polling import HASTE
from watchers.http import Answer, Client, HttpError, UnusableAnswer
from watchers.http_limits import Pace, retry_after_seconds
from watchers.http_settings import HttpSettings
from watchers.sources.base import SourceError

DATE = "2026-11-01T00:00:00Z"


class Echo(StandIn):
    """Says what was posted, moves, and refuses with words."""

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/echo", self._echo), web.post("/moved", self._moved), web.post("/no", self._no)]

    async def _echo(self, request: web.Request) -> web.Response:
        given = request.headers
        said = f"{given['Content-Type']} {given.get('Authorization')} ".encode()
        return web.Response(body=said + await request.read())

    async def _moved(self, request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": request.query["to"]})

    async def _no(self, _request: web.Request) -> web.Response:
        return web.Response(status=404, text="Invalid Route")


@pytest.fixture
async def server() -> AsyncIterator[OcdsFeedStandIn]:
    async with OcdsFeedStandIn([release(number, DATE) for number in range(20)]) as server:
        yield server


@pytest.fixture
async def client(server: OcdsFeedStandIn, clock: Any) -> AsyncIterator[Callable[..., Client]]:
    clients: list[Client] = []

    def build(**settings: Any) -> Client:
        resolve = settings.pop("resolve", None)
        base = settings.pop("base", server.url)
        checked = HttpSettings(kind="test", **{**HASTE, **settings})
        more = {"resolve": resolve} if resolve else {}
        clients.append(Client("test", checked, clock, base, **more))
        return clients[-1]

    yield build
    for one in clients:
        await one.close()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_failure_is_tried_again(server: Any, client: Any, status: int) -> None:
    server.faults.add("status", status=status, times=2)
    answer = await client().get(f"{server.url}/releases")
    assert b"ocds-test00-0001" in answer.body
    assert server.faults.count() == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_refusal_is_never_tried_again(server: Any, client: Any, status: int) -> None:
    server.faults.add("status", status=status, times=9)
    with pytest.raises(HttpError) as error:
        await client().get(f"{server.url}/releases")
    assert error.value.status == status
    assert error.value.permanent == (status in {401, 403}), "a missing page may come back, a wrong token will not"
    assert server.faults.count() == 1


async def test_403_is_tried_again_where_it_means_too_many_requests(server: Any, client: Any) -> None:
    server.faults.add("status", status=403)
    await client(forbidden_is_rate_limit=True).get(f"{server.url}/releases")
    assert server.faults.count() == 2


@pytest.mark.parametrize("kind", ["disconnect", "cut"])
async def test_a_broken_answer_is_asked_for_again(server: Any, client: Any, kind: str) -> None:
    server.faults.add(kind)
    answer = await client().get(f"{server.url}/releases")
    assert answer.body.endswith(b"}")
    assert server.faults.count() == 2


async def test_a_body_that_is_always_cut_is_an_error(server: Any, client: Any) -> None:
    server.faults.add("cut", times=9)
    with pytest.raises(SourceError, match="failed"):
        await client().get(f"{server.url}/releases")
    assert server.faults.count() == 3


async def test_a_silent_publisher_is_not_waited_for_for_ever(server: Any, client: Any) -> None:
    server.faults.add("hang", times=9)
    with pytest.raises(SourceError, match=r"no whole answer in 0\.05 s"):
        await client(timeout_seconds=0.05).get(f"{server.url}/releases")
    assert server.faults.count() <= 3, "less, where not even the request went out in time"


async def test_the_wait_a_publisher_asks_for_is_in_the_error(server: Any, client: Any) -> None:
    server.faults.add("status", status=429, headers={"Retry-After": "0"}, times=9)
    with pytest.raises(HttpError) as error:
        await client().get(f"{server.url}/releases")
    assert error.value.retry_after == 0.0
    assert not error.value.permanent


async def test_retry_after_decides_the_wait(server: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float, *rest: Any) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    server.faults.add("status", status=429, headers={"Retry-After": "7"})
    server.faults.add("status", status=503, headers={"Retry-After": "86400"})
    await client(retry_after_max_seconds=30.0).get(f"{server.url}/releases")
    assert [wait for wait in waits if wait > 1] == [7.0, 30.0]


def test_retry_after_is_read_as_seconds_or_as_a_date(clock: Any) -> None:
    now = clock()
    assert retry_after_seconds("120", now, 300.0) == 120.0
    assert retry_after_seconds(format_datetime(now + timedelta(seconds=90), usegmt=True), now, 300.0) == 90.0
    assert retry_after_seconds(format_datetime(now - timedelta(days=1), usegmt=True), now, 300.0) == 0.0
    assert retry_after_seconds("99999", now, 300.0) == 300.0
    assert retry_after_seconds("soon", now, 300.0) is None
    assert retry_after_seconds(None, now, 300.0) is None


async def test_the_circuit_opens_after_failures_and_a_probe_closes_it(server: Any, client: Any, clock: Any) -> None:
    asking = client(attempts=1, breaker_failures=2, breaker_seconds=60.0)
    server.faults.add("status", status=500, times=2)
    for _ in range(2):
        with pytest.raises(HttpError):
            await asking.get(f"{server.url}/releases")
    with pytest.raises(SourceError, match="has not been answering since 2026-11-22 09:05:00 UTC") as error:
        await asking.get(f"{server.url}/releases")
    assert error.value.retry_after == 60.0
    assert server.faults.count() == 2, "an open circuit asks nothing"
    clock.advance(seconds=61)
    await asking.get(f"{server.url}/releases")
    await asking.get(f"{server.url}/releases")
    assert server.faults.count() == 4


async def test_a_failed_probe_keeps_the_circuit_open_and_says_since_when(server: Any, client: Any, clock: Any) -> None:
    asking = client(attempts=1, breaker_failures=1, breaker_seconds=60.0)
    server.faults.add("status", status=500, times=2)
    with pytest.raises(HttpError):
        await asking.get(f"{server.url}/releases")
    clock.advance(seconds=61)
    with pytest.raises(HttpError):
        await asking.get(f"{server.url}/releases")
    with pytest.raises(SourceError, match="since 2026-11-22 09:05:00 UTC"):
        await asking.get(f"{server.url}/releases")


async def test_only_one_request_probes_a_half_open_circuit(server: Any, client: Any, clock: Any) -> None:
    asking = client(attempts=1, breaker_failures=1)
    server.faults.add("status", status=500)
    with pytest.raises(HttpError):
        await asking.get(f"{server.url}/releases")
    clock.advance(seconds=61)
    found = await asyncio.gather(*(asking.get(f"{server.url}/releases") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Answer) for one in found) == 1
    assert server.faults.count() == 2


async def test_refusals_do_not_open_the_circuit(server: Any, client: Any) -> None:
    asking = client(attempts=1, breaker_failures=1)
    server.faults.add("status", status=404, times=3)
    for _ in range(3):
        with pytest.raises(HttpError, match="answered 404"):
            await asking.get(f"{server.url}/releases")


async def test_a_large_answer_is_refused_before_it_fills_the_memory(server: Any, client: Any) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    server.faults.add("gzip_bomb", body=bomb)
    asking = client(max_body_mb=1.0)
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="larger than 1 MB"):
            await asking.get(f"{server.url}/releases")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


async def test_gzip_is_read_and_a_cut_gzip_is_asked_for_again(server: Any, client: Any) -> None:
    whole = gzip.compress(b'{"releases": []}')
    server.faults.add("gzip_bomb", body=whole[:-9])
    server.faults.add("gzip_bomb", body=whole)
    answer = await client().get(f"{server.url}/releases")
    assert answer.body == b'{"releases": []}'
    assert server.faults.count() == 2


async def test_an_unusable_answer_is_asked_for_again(server: Any, client: Any) -> None:
    def usable(answer: Answer) -> None:
        if answer.body.startswith(b"<"):
            raise UnusableAnswer("HTML")

    server.faults.add("html")
    await client().get(f"{server.url}/releases", usable)
    assert server.faults.count() == 2
    server.faults.add("html", times=9)
    with pytest.raises(SourceError, match="answered 200 with HTML"):
        await client().get(f"{server.url}/releases", usable)


async def test_we_say_who_we_are_and_send_the_token_to_the_publisher_alone(server: Any, client: Any) -> None:
    asking = client(contact="https://example.org/about", token="secret", allow_hosts=("localhost",))
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    await asking.get(f"{server.url}/elsewhere?to={elsewhere}/releases")
    sent = server.faults.headers
    assert sent[0]["User-Agent"] == "Baqylau/0.1 (+https://example.org/about)"
    assert [headers.get("Authorization") for headers in sent] == ["Bearer secret", None]


async def test_a_redirect_from_the_internet_into_a_private_network_is_refused(server: Any, client: Any) -> None:
    async def resolve(host: str) -> tuple[str, ...]:
        return {"localhost": ("8.8.8.8",)}.get(host, (host,))

    public = server.url.replace("127.0.0.1", "localhost")
    asking = client(base=public, resolve=resolve)
    with pytest.raises(SourceError, match=r"private address 127\.0\.0\.1: refused"):
        await asking.get(f"{public}/elsewhere?to={server.url}/releases")
    assert server.faults.by_path() == {"/elsewhere": 1}, "the private address was not asked"
    for target in ("http://169.254.169.254/", "http://[::1]/", "http://10.0.0.8/"):
        with pytest.raises(SourceError, match="private address"):
            await asking.get(f"{public}/elsewhere?to={target}")


async def test_a_redirect_to_something_else_than_the_web_is_refused(server: Any, client: Any) -> None:
    with pytest.raises(SourceError, match="refused"):
        await client().get(f"{server.url}/elsewhere?to=file:///etc/passwd")


async def test_redirects_that_never_end_are_given_up(server: Any, client: Any) -> None:
    circle = f"{server.url}/elsewhere?to="
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        await client().get(circle + "/elsewhere%3Fto%3D" * 9)


async def test_at_most_so_many_requests_run_at_once(server: Any, client: Any) -> None:
    release_all = asyncio.Event()
    running = 0
    most = 0

    async def one(pace: Pace) -> None:
        nonlocal running, most
        async with pace:
            running += 1
            most = max(most, running)
            if running == 3:
                release_all.set()
            await release_all.wait()
            running -= 1

    pace = Pace(per_second=1_000_000, at_once=3)
    await asyncio.gather(*(one(pace) for _ in range(9)))
    assert most == 3


async def test_requests_are_spaced_not_sent_in_bursts(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    pace = Pace(per_second=0.01, at_once=10)
    for _ in range(3):
        async with pace:
            pass
    assert waits[0] == 0
    assert waits[1] == pytest.approx(100, abs=30)
    assert waits[2] == pytest.approx(200, abs=30)


async def test_details_come_in_order_and_only_a_missing_one_is_left_out(server: Any, client: Any) -> None:
    urls = [f"{server.url}/release?id={key}" for key in ("ocds-test00-0003", "gone", "ocds-test00-0001")]
    third, gone, first = await client().get_each(urls)
    assert b"0003" in third.body
    assert isinstance(gone, HttpError)
    assert b"0001" in first.body
    server.faults.add("status", status=401)
    with pytest.raises(HttpError, match="answered 401: check the token"):
        await client().get_each(urls)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"max_concurrency": 11}, "between 1 and 10"),
        ({"requests_per_second": 0.0}, "above 0"),
        ({"attempts": 0}, "at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        HttpSettings(kind="test", **settings)


def test_a_token_does_not_show_in_a_repr() -> None:
    assert "hidden" not in repr(HttpSettings(kind="test", token="hidden"))


async def test_a_query_is_posted_tried_again_and_says_what_refused_it(clock: Any) -> None:
    async with Echo() as server:
        asking = Client("test", HttpSettings(kind="test", token="t0ken", **HASTE), clock, server.url)
        answer = await asking.post(f"{server.url}/echo", b'{"query": 1}')
        assert (answer.body, bool(answer.date)) == (b'application/json Bearer t0ken {"query": 1}', True)
        server.faults.add("status", status=500, times=1)
        await asking.post(f"{server.url}/echo", b"{}")
        server.faults.add("status", status=500, times=1)
        with pytest.raises(HttpError):
            await asking.post(f"{server.url}/echo", b"{}", attempts=1)
        with pytest.raises(HttpError) as error:
            await asking.post(f"{server.url}/no", b"{}")
        assert (error.value.status, error.value.said) == (404, "Invalid Route")
        again = await asking.post(f"{server.url}/moved?to=/echo", b"{}")
        assert again.body.endswith(b"{}"), "within the host the same is posted again"
        elsewhere = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(SourceError, match=f"has moved to {elsewhere[7:]}.*base_url to {elsewhere}") as moved:
            await asking.post(f"{server.url}/moved?to={elsewhere}/echo", b"{}")
        assert moved.value.permanent
        await asking.close()
