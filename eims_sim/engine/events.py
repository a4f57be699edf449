"""Who is told what happens, as it happens (C4)? Listeners; everything is written once for all of them.

At most 100 objects of a kind go out in a second, the rest is counted. What happens meanwhile is sent together: a
thousand events cost each listener a few writes.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from ..errors import OverloadedError
from .clock import real_seconds

EventKind = Literal["request", "message", "push", "inbound", "account"]

LISTENERS: Final = 200
"""So many may listen at a time (C4)."""

OBJECTS_PER_SECOND: Final = 100
"""So many objects of a kind are told in a second (C4)."""

BYTES_PER_SECOND: Final = 1 << 20
"""So much of a kind is told in a second: contents and titles may be large, and there are many listeners."""

SECOND: Final = 1.0
FLUSH_SECONDS: Final = 0.1
"""Batches are at least that far apart; the first one after a silence leaves at once."""

COMMENT_SECONDS: Final = 15.0
"""How often there is a comment, so that nobody takes a silent connection for a dead one."""

logger = logging.getLogger("eims_sim")

Write = Callable[[bytes], bool]
"""Sends a batch on its way; False when this listener takes no more."""


class Crowd(NamedTuple):
    """What is told instead of objects that are too many: how many, and the id of the last."""

    size: int
    last: int | str


Frame = Callable[[EventKind, object], bytes]
"""Writes an event: an object as the control API shows it, or a `Crowd`."""


class Listener:
    """Somebody who listens until `ended` is done: because he left, did not read, or the server stops."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class _Second:
    """What was told of a kind in the present second, and what is only counted."""

    __slots__ = ("began", "bytes", "counted", "last", "objects")

    def __init__(self) -> None:
        self.counted = 0
        self.last: int | str = 0
        self.begin(0.0)

    def begin(self, now: float) -> None:
        self.began = now
        self.objects = 0
        self.bytes = 0

    @property
    def room(self) -> int:
        """How many objects may still be told."""
        return 0 if self.bytes >= BYTES_PER_SECOND else OBJECTS_PER_SECOND - self.objects


class Events:
    """Tells everyone who listens. Ask `listening` first: while nobody does, that is all it costs.

    `frame` writes an event, `comment` is what says that we are still there, `removed` what says that messages are not.
    `began` is told of the first listener, and that there is none any more.
    """

    def __init__(self, frame: Frame, comment: bytes, removed: bytes, comment_seconds: float = COMMENT_SECONDS) -> None:
        self.listening = False
        self.began: Callable[[bool], None] = lambda _: None
        self._frame = frame
        self._comment = comment
        self._removed = removed
        self._comment_seconds = comment_seconds
        self._listeners: dict[Listener, None] = {}
        self._seconds: dict[EventKind, _Second] = {}
        self._pending: list[bytes] = []
        self._flushed_at = 0.0
        self._flush_timer: asyncio.Handle | None = None
        self._comment_timer: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def subscribe(self, write: Write) -> Listener:
        """Listen from now on. Raises OverloadedError when too many do already."""
        if len(self._listeners) >= LISTENERS:
            self._send(b"")  # who has left makes room
        if len(self._listeners) >= LISTENERS:
            raise OverloadedError(f"{LISTENERS} listeners are there already")
        listener = Listener(write)
        if self._closed:
            listener.ended.set_result(None)
            return listener
        self._listeners[listener] = None
        if not self.listening:
            self._listen()
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen no more."""
        self._listeners.pop(listener, None)
        if not listener.ended.done():
            listener.ended.set_result(None)
        if not self._listeners and self.listening:
            self._rest()

    def close(self) -> None:
        """The server stops: nobody listens any more."""
        self._closed = True
        self._flush()
        for listener in list(self._listeners):
            self.leave(listener)

    def room(self, kind: EventKind) -> int:
        """How many objects of a kind may still be told in this second; 0 when nobody listens."""
        return self._second(kind).room if self.listening else 0

    def publish(self, kind: EventKind, id: int | str, shown: object) -> None:
        """Tell of one object; `id` is what the last of many is known by."""
        if not self.listening:
            return
        second = self._second(kind)
        if second.room <= 0:
            self._count(kind, second, 1, id)
            return
        try:
            frame = self._frame(kind, shown)
        except Exception:  # whoever tells of something must not fail because somebody listens
            logger.exception("a %s could not be told", kind)
            frame = b""
        second.objects += 1
        second.bytes += len(frame)
        self._write(frame)

    def count(self, kind: EventKind, count: int, last: int | str) -> None:
        """Tell of objects that nobody has to see."""
        if self.listening and count > 0:
            self._count(kind, self._second(kind), count, last)

    def remark(self, comment: bytes) -> None:
        """Send a comment, once however often it is asked for until it leaves."""
        if self.listening and comment not in self._pending:
            self._write(comment)

    def tell_removed(self) -> None:
        """Messages, and maybe all else, were removed: what a listener shows may be gone."""
        self.remark(self._removed)

    def _count(self, kind: EventKind, second: _Second, count: int, last: int | str) -> None:
        if not second.counted:
            left = max(0.0, second.began + SECOND - real_seconds())
            asyncio.get_running_loop().call_later(left, self._tell_counted, kind)
        second.counted += count
        second.last = last

    def _tell_counted(self, kind: EventKind) -> None:
        second = self._seconds.get(kind)
        if second is None or not second.counted:
            return
        self._write(self._frame(kind, Crowd(second.counted, second.last)))
        second.counted = 0
        second.begin(real_seconds())

    def _second(self, kind: EventKind) -> _Second:
        """The present second of a kind; it begins with the first event after the one before."""
        second = self._seconds.get(kind)
        if second is None:
            second = self._seconds[kind] = _Second()
        now = real_seconds()
        if now - second.began >= SECOND:
            if second.counted:
                self._tell_counted(kind)
            second.begin(now)
        return second

    def _write(self, frame: bytes) -> None:
        self._pending.append(frame)
        if self._flush_timer is None:
            loop = asyncio.get_running_loop()
            wait = self._flushed_at + FLUSH_SECONDS - real_seconds()
            # What comes in the same turn goes along, even when nothing was sent for a while.
            self._flush_timer = loop.call_later(wait, self._flush) if wait > 0 else loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_timer = None
        if self._pending:
            batch = b"".join(self._pending)
            self._pending.clear()
            self._flushed_at = real_seconds()
            self._send(batch)

    def _send(self, batch: bytes) -> None:
        for listener in list(self._listeners):
            if not listener.write(batch):
                self.leave(listener)

    def _listen(self) -> None:
        self.listening = True
        self.began(True)
        self._comment_timer = asyncio.get_running_loop().call_later(self._comment_seconds, self._say_something)

    def _rest(self) -> None:
        self.listening = False
        self.began(False)
        self._seconds.clear()
        self._pending.clear()
        if self._comment_timer is not None:
            self._comment_timer.cancel()

    def _say_something(self) -> None:
        self._comment_timer = asyncio.get_running_loop().call_later(self._comment_seconds, self._say_something)
        self._write(self._comment)
