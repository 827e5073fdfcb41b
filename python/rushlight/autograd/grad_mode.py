"""Gradient modes as decorators; the context managers themselves are native."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from .._C import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = ["enable_grad", "inference_mode", "no_grad", "set_grad_enabled"]


def _wrap(mode: Any, func: Any) -> Callable:
    """`func` run under a mode; of a generator function every step is."""
    if inspect.isclass(func):
        func.__init__ = _wrap(mode, func.__init__)
        return func
    if inspect.isgeneratorfunction(func):
        return _wrap_generator(mode, func)

    @functools.wraps(func)
    def wrapped(*args: object, **kwargs: object) -> object:
        with mode.clone():
            return func(*args, **kwargs)

    return wrapped


def _wrap_generator(mode: Any, func: Callable) -> Callable:
    @functools.wraps(func)
    def wrapped(*args: object, **kwargs: object) -> Iterator:
        generator = func(*args, **kwargs)
        try:
            with mode.clone():
                item = generator.send(None)
            while True:
                try:
                    request = yield item
                except GeneratorExit:
                    with mode.clone():
                        generator.close()
                    raise
                except BaseException:
                    with mode.clone():
                        item = generator.throw(*_current())
                else:
                    with mode.clone():
                        item = generator.send(request)
        except StopIteration as stop:
            return stop.value

    return wrapped


def _current() -> tuple:
    import sys

    return (sys.exc_info()[1],)
