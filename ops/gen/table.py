"""The table: rows declared by kind, checked attribute by attribute."""
from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schema import Param, Schema, parse

NONE, ZERO = "not differentiable", "gradient is zero"
COMMON = {"doc", "varargs", "method", "function", "aliases", "node", "samples", "ref", "overload", "out", "bench", "tolerance", "gradcheck", "python", "out_apart", "out_computes", "complex"}
POINTWISE = {"math", "promote", "types", "grad", "inplace", "check", "info", "ns", "condition", "reject", "samples", "domain", "real_result"}
KINDS = {
    "unary": POINTWISE, "binary": POINTWISE, "ternary": POINTWISE,
    "view": {"geom", "grad", "amp"},
    "op": {"meta", "grad", "inplace", "kernel", "undefined_grads", "amp"},  # undefined_grads: formulas test which gradients arrived
    "inplace": {"grad", "functional", "check", "kernel", "expanded", "amp"},  # expanded: may write a target whose elements share places
    "random": {"grad", "check", "kernel", "functional"},
    "factory": set(), "composite": {"inplace", "cpp_defaults", "amp", "amp_if"},  # cpp_defaults=False: no default arguments in C++, where another overload has them
}
AMP = ("lower", "float32", "promote")          # what autocast does with the floating arguments; see src/dispatch/autocast.h
NEEDS_GRAD = {"unary", "binary", "ternary", "view", "op", "inplace"}


@dataclass
class Row:
    """One overload of one declared row."""

    kind: str
    schema: Schema
    attrs: dict[str, Any]
    where: str                                   # "pointwise.py:12", for messages and #line
    grads: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def params(self) -> list[Param]:
        return self.schema.params

    @property
    def outputs(self) -> list[str]:
        return self.schema.outputs

    @property
    def base(self) -> str:
        """The name without the in-place underscore."""
        return self.name[:-1] if self.kind in ("inplace", "random") and self.name.endswith("_") else self.name

    @property
    def uid(self) -> str:
        parts = [self.schema.namespace.replace(".", "_"), self.name, self.attrs.get("overload", ""), self.schema.letters]
        return "_".join(p for p in parts if p)

    @property
    def kernel(self) -> str:
        overload = self.attrs.get("overload", "")
        return self.attrs.get("kernel") or self.name + (f"_{overload}" if overload else "")

    @property
    def cpp_namespace(self) -> str:
        return "rushlight" + "".join("::" + part for part in self.schema.namespace.split(".") if part)

    @property
    def is_pointwise(self) -> bool:
        return self.kind in ("unary", "binary", "ternary")

    @property
    def is_method(self) -> bool:
        return bool(self.params) and self.params[0].name == "self" and self.params[0].type == "T" and self.attrs.get("method", True) and not self.schema.namespace

    @property
    def is_function(self) -> bool:
        return self.attrs.get("function", True)

    @property
    def has_out(self) -> bool:
        default = self.kind in ("unary", "binary", "ternary", "op", "factory") and not self.name.startswith("_")
        default = default and self.schema.namespace in ("", "linalg", "special", "fft") and self.schema.ret not in ("bool", "int", "float", "S", "T[]", "()")
        return bool(self.attrs.get("out", default)) and (bool(self.outputs) or self.schema.ret == "T[]")

    @property
    def has_inplace(self) -> bool:
        if self.is_pointwise:
            ok = self.params[0].type == "T" and self.params[0].name == "self"
            return self.attrs.get("inplace", ok and not self.name.startswith("_") and not self.schema.namespace)
        return bool(self.attrs.get("inplace", False))

    @property
    def node_name(self) -> str:
        if name := self.attrs.get("node"):
            return name
        words = [w for w in self.base.split("_") if w]
        return "".join(w[0].upper() + w[1:] for w in words) + "Backward0"

    def tensors(self) -> list[Param]:
        return [p for p in self.params if p.is_tensor]

    def operands(self) -> list[Param]:
        """Of a pointwise row: what the loop reads; every other S parameter is a constant of the loop."""
        count = {"unary": 1, "binary": 2, "ternary": 3}[self.kind]
        return [p for p in self.params if not p.kwonly][:count]


class Table:
    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, kind: str, text: str, attrs: dict[str, Any]) -> None:
        frame = sys._getframe(1)
        while Path(frame.f_code.co_filename).parent.name != "ops":
            frame = frame.f_back
        where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        if unknown := set(attrs) - COMMON - KINDS[kind]:
            raise SyntaxError(f"ops/{where}: {text}: {kind} rows have no {sorted(unknown)}; known: {sorted(COMMON | KINDS[kind])}")
        if "doc" not in attrs:
            raise SyntaxError(f"ops/{where}: {text}: doc= is missing")
        if attrs.get("amp") not in (None, *AMP):
            raise SyntaxError(f"ops/{where}: {text}: amp= is one of {AMP}")
        if kind in NEEDS_GRAD and "grad" not in attrs:
            raise SyntaxError(f"ops/{where}: {text}: say grad=…, grad=NONE or grad=ZERO")
        try:
            schemas = parse(text)
        except SyntaxError as error:
            raise SyntaxError(f"ops/{where}: {error}") from None
        for schema in schemas:
            row = Row(kind, schema, attrs, where)
            row.grads = gradients(row)
            self.rows.append(row)

    def namespace(self) -> dict[str, Any]:
        """What a file of rows sees."""
        def of_kind(kind: str):
            return lambda text, **attrs: self.add(kind, text, attrs)

        def unary(text: str, **attrs):
            self.add("unary", text if "(" in text else f"{text}(T self)", attrs)

        def named(kind: str):
            def declare(name: str, text: str | None = None, **attrs):
                self.add(kind, name if text is None else name + text, attrs)
            return declare

        names = {kind: of_kind(kind) for kind in ("view", "op", "inplace", "random", "factory", "composite")}
        return {**names, "unary": unary, "binary": named("binary"), "ternary": named("ternary"), "NONE": NONE, "ZERO": ZERO}

    def check(self) -> None:
        seen: dict[str, Row] = {}
        for row in self.rows:
            if other := seen.get(row.uid):
                raise SyntaxError(f"ops/{row.where}: {row.uid} is declared at ops/{other.where} too; say overload=…")
            seen[row.uid] = row


def gradients(row: Row) -> dict[str, str]:
    """{inputs: formula}; a plain text is the gradient of the first tensor."""
    grad = row.attrs.get("grad")
    if grad in (None, NONE, ZERO):
        return {}
    if isinstance(grad, str):
        grad = {row.tensors()[0].name: grad}
    names = {p.name for p in row.params}
    tensor_names = {p.name for p in row.tensors()}
    found = {}
    for key, text in grad.items():
        keys = [k.strip() for k in key.split(",")]
        for k in keys:
            if k not in names:
                raise SyntaxError(f"ops/{row.where}: {row.name}: grad names {k!r}, which is no parameter")
        if any(k in tensor_names for k in keys):        # the Scalar overload of `T|S` has no such gradient
            found[", ".join(keys)] = re.sub(r"\s+", " ", text.strip())
    return found


def load(folder: Path) -> Table:
    table = Table()
    for path in sorted(folder.glob("*.py")):
        scope = table.namespace()
        exec(compile(path.read_text(), str(path), "exec"), scope)
    table.check()
    return table
