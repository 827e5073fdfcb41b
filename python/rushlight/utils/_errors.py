"""Adding a place (module path, dataset index) to an exception that is already on its way up."""

from __future__ import annotations


def typename(obj: object) -> str:
    """The name errors use for an object: a tensor's type string, else its class with the module."""
    kind = getattr(obj, "type", None)
    if hasattr(obj, "dtype") and callable(kind):
        return str(kind())
    cls = obj if isinstance(obj, type) else type(obj)
    return cls.__qualname__ if cls.__module__ in ("builtins", None) else f"{cls.__module__}.{cls.__qualname__}"


def has_plain_message(exc: BaseException) -> bool:
    """Whether `str(exc)` is just `exc.args[0]`, so that rewriting args changes what the user reads."""
    args = exc.args
    return len(args) == 1 and isinstance(args[0], str) and type(exc).__str__ is BaseException.__str__


def append_place(exc: BaseException, place: str) -> None:
    """Append a line to the message of `exc`; exceptions with a message format of their own get a note instead."""
    if has_plain_message(exc):
        exc.args = (f"{exc.args[0]}\n  {place}",)
    else:
        exc.add_note(place)
