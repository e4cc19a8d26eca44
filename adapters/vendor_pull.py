"""Door: call records are fetched from vendors that push none (Alibaba Cloud CCC, Huawei Cloud CEC); one paper a record.

*Place.* The cursor is the moment up to which everything has been asked for; the next round begins a little before it, for
records come late. A record whose recording is not there yet holds the cursor at its beginning, so it is asked for again.

*Key.* The digest of the record itself: the same record again is the same paper, one that has changed is another.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import hashlib
import json

import aiohttp
import jmespath
from yarl import URL

from adapters.formats.cdr.dates import moment_of
from adapters.formats.vendor.fetching import Asked, Leaf, Refusal, Span, aliyun_asked, aliyun_leaf, huawei_asked, huawei_leaf, huawei_token, huawei_token_asked
from routing.vendor import Pull, Vendor

WINDOW = timedelta(days=1)          # asked for at once; Huawei allows seven days
NARROWEST = timedelta(minutes=1)
MOST_PAGES = 100                    # Alibaba's highest page number; of one span no more are asked for
LARGEST = 32 << 20                  # bytes of one answer
TIMEOUT = 30.0                      # seconds for one answer


PAGES_CURE = "ask the vendor how pages are asked for, and correct pull_url or [pull] page of the mapping"


class _PagesFail(Exception):
    """The pages of a span do not bring all that is in it; narrower spans may."""


@dataclass(frozen=True, slots=True)
class PulledPaper:
    """One record; `cursor` stands at the last of a round."""

    key: str
    body: bytes
    cursor: str = ""
    kind: str = "vendor"


@dataclass(frozen=True, slots=True)
class PullSettings:
    """Where a vendor's records are fetched, and with which key."""

    vendor: Vendor
    url: str
    user: str
    secret: str = field(repr=False)
    every: float = 60.0

    @property
    def pull(self) -> Pull:
        """How they are fetched."""
        assert self.vendor.mapping.pull is not None
        return self.vendor.mapping.pull


class VendorPull:
    """Fits hotline_bridge.ports.Inlet.

    `clock` tells the time, `session` asks, `nonce` gives a word that never comes twice, `sleep` waits between rounds.
    """

    def __init__(
        self, name: str, settings: PullSettings, clock: Callable[[], datetime], session: aiohttp.ClientSession, nonce: Callable[[], str],
        *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name, self._settings, self._clock, self._session, self._nonce, self._sleep = name, settings, clock, session, nonce, sleep
        self._reached: datetime | None = None       # how far a round came that brought nothing new
        self._accepted: set[str] = set()
        self._token = ("", clock())         # Huawei's, and until when it is good

    @property
    def name(self) -> str:
        """The source in the store."""
        return self._name

    async def waiting(self, cursor: str) -> AsyncIterator[PulledPaper]:
        """Yield records of calls that began since the cursor, new ones and changed ones; OSError when out of reach."""
        now, pull = self._clock(), self._settings.pull
        since = max(filter(None, (_moment(cursor), self._reached)), default=now - timedelta(hours=pull.first_hours))
        held, seen, last = now, set[str](), None
        async for record, paper in self._records(since - timedelta(minutes=pull.overlap_minutes), now):
            held = min(held, self._waits_since(record, now) or held)
            if paper.key not in self._accepted and paper.key not in seen:
                if last is not None:
                    yield last
                last = paper
            seen.add(paper.key)
        self._accepted &= seen
        if last is None:
            self._reached = held
        else:
            yield replace(last, cursor=held.astimezone(self._settings.vendor.zone).isoformat())

    async def accepted(self, paper: object) -> None:
        """It is committed, and need not be handed in again."""
        if isinstance(paper, PulledPaper):
            self._accepted.add(paper.key)

    async def more(self) -> None:
        """Return when it is time to ask again."""
        await self._sleep(self._settings.every)

    def _waits_since(self, record: Mapping[str, object], now: datetime) -> datetime | None:
        """When the call of a record began whose recording is not there yet; None where nothing is waited for any more."""
        pull = self._settings.pull
        if pull.ready is None or jmespath.search(pull.ready, record) is not False:
            return None
        try:
            began = moment_of(str(jmespath.search(pull.start, record) or ""), self._settings.vendor.zone)
        except ValueError:
            return None
        return began if began is not None and now - began < timedelta(hours=pull.patience_hours) else None

    async def _records(self, start: datetime, end: datetime) -> AsyncIterator[tuple[Mapping[str, object], PulledPaper]]:
        windows = list(_windows(start, end))
        while windows:
            first, last = windows.pop(0)
            try:
                async for found in self._leaves(Span(first, last, 0, self._settings.pull.page)):
                    yield found
            except _PagesFail:
                if last - first <= NARROWEST:
                    raise Refusal(f"the vendor gives the same page again and again, or over {MOST_PAGES} of them for one minute; {PAGES_CURE}") from None
                middle = first + (last - first) / 2
                windows[:0] = [(first, middle), (middle, last)]

    async def _leaves(self, span: Span) -> AsyncIterator[tuple[Mapping[str, object], PulledPaper]]:
        """Every record of a span, page by page: the total stands on the first alone, and not with every vendor.

        _PagesFail where pages do not bring all of it: there are too many, or one brings nothing but what came before.
        """
        leaf, count, seen = await self._leaf(span), 0, set[str]()
        total = leaf.total
        if total > MOST_PAGES * span.size:
            raise _PagesFail
        while leaf.records:
            found = [(record, _paper(record)) for record in leaf.records]
            keys = {paper.key for _, paper in found}
            if keys <= seen:
                raise _PagesFail
            seen |= keys
            for one in found:
                yield one
            count += len(found)
            if count >= total > 0 or len(found) < span.size:
                return
            span = replace(span, page=span.page + 1)
            if span.page >= MOST_PAGES:
                raise _PagesFail
            leaf = await self._leaf(span)

    async def _leaf(self, span: Span) -> Leaf:
        one, now = self._settings, self._clock()
        if one.pull.kind == "aliyun":
            return aliyun_leaf(await self._asked(aliyun_asked(one.url, one.user, one.secret, one.pull.action, span, now=now, nonce=self._nonce())))
        try:
            return huawei_leaf(await self._asked(huawei_asked(one.url, one.user, await self._huawei_token(now), one.pull.action, span)))
        except Refusal:
            self._token = ("", now)         # perhaps it was the token: the next try asks for another
            raise

    async def _huawei_token(self, now: datetime) -> str:
        token, until = self._token
        if not token or now >= until:
            one = self._settings
            token, seconds = huawei_token(await self._asked(huawei_token_asked(one.url, one.user, one.secret)))
            self._token = (token, now + timedelta(seconds=seconds * 0.8))
        return token

    async def _asked(self, asked: Asked) -> bytes:
        """The body of the answer; OSError for anything but 200. Nothing of the answer is told: it may hold a customer's words."""
        try:
            async with self._session.post(
                URL(asked.url, encoded=True), headers=asked.headers, data=asked.body, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            ) as answer:
                if answer.status != 200:
                    raise Refusal(f"the vendor answers {answer.status} instead of records{_cure(answer.status)}")
                return await _whole(answer)
        except aiohttp.ClientError as error:
            raise OSError(f"{self._name} cannot be asked: {type(error).__name__}") from None


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.content.iter_chunked(64 << 10):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            raise Refusal(f"the vendor's answer is over {LARGEST} bytes")
    return b"".join(chunks)


def _cure(status: int) -> str:
    if status in {401, 403}:
        return "; check pull_user and token_file"
    return "; check pull_url: redirects are not followed" if 300 <= status < 400 else ""


def _windows(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        following = min(start + WINDOW, end)
        yield start, following
        start = following


def _paper(record: Mapping[str, object]) -> PulledPaper:
    body = json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    return PulledPaper(hashlib.sha256(body).hexdigest(), body)


def _moment(cursor: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(cursor)
    except ValueError:
        return None                         # nothing, or nothing we wrote: asked for from the beginning
    return at if at.tzinfo else None
