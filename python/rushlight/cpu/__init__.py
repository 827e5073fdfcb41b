"""The interface of the cpu as a device, for programs that treat all devices alike: one device, never behind."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from . import amp as amp

__all__ = [
    "Event",
    "Stream",
    "StreamContext",
    "current_device",
    "current_stream",
    "device_count",
    "is_available",
    "is_initialized",
    "set_device",
    "stream",
    "synchronize",
]


def is_available() -> bool:
    """True."""
    return True


def is_initialized() -> bool:
    """True."""
    return True


def device_count() -> int:
    """1, however many cores there are."""
    return 1


def current_device() -> str:
    """ "cpu"."""
    return "cpu"


def set_device(device: Any) -> None:
    """Nothing to choose."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for: a call returns when its work is done."""


class Stream:
    """A queue of work; on the cpu every call is its own end."""

    def __init__(self, priority: int = -1) -> None:
        """The priority means nothing here."""

    def wait_stream(self, stream: Stream) -> None:
        """Nothing to wait for."""

    def record_event(self) -> None:
        """Nothing to record."""

    def wait_event(self, event: Event) -> None:
        """Nothing to wait for."""


class Event:
    """A mark in a stream, always passed."""

    def query(self) -> bool:
        """True."""
        return True

    def record(self, stream: Stream | None = None) -> None:
        """Nothing to record."""

    def synchronize(self) -> None:
        """Nothing to wait for."""

    def wait(self, stream: Stream | None = None) -> None:
        """Nothing to wait for."""


_default_stream = Stream()
_streams = [_default_stream]


def current_stream(device: Any = None) -> Stream:
    """The stream of the innermost `with stream(...)`."""
    return _streams[-1]


class StreamContext(AbstractContextManager):
    """Makes a stream the current one; None changes nothing."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            _streams.append(self.stream)

    def __exit__(self, *_: object) -> None:
        if self.stream is not None:
            _streams.pop()


def stream(stream: Stream | None) -> StreamContext:
    """The context in which a stream is the current one."""
    return StreamContext(stream)
