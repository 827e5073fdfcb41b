"""Calls in layer code: arguments are bound to the op table's schemas and to the sources' own signatures."""
from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from layers_source import Argument, Function, Layer
from layers_types import OPTIONAL
from schema import Param
from surfaces import forms
from table import Row


@dataclass
class Value:
    """A translated expression and its type."""

    text: str
    type: str
    simple: bool = True             # needs no parentheses inside a larger expression


@dataclass
class Signature:
    """One overload of an op, as C++ sees it."""

    name: str                       # "F::relu", "empty", "uniform_"
    params: list[Param]
    result: str


@dataclass
class Sources:
    """All that a body may refer to."""

    layers: dict[str, Layer]
    inits: dict[str, Function]
    ops: dict[str, list[Signature]] = field(default_factory=dict)          # "F.relu", "torch.empty"
    methods: dict[str, list[Signature]] = field(default_factory=dict)      # "uniform_"

    def read_table(self, rows: list[Row]) -> None:
        spaces = {"": ("torch.", ""), "nn.functional": ("F.", "F::"), "linalg": ("torch.linalg.", "linalg::")}
        for row in rows:
            prefix, cpp = spaces.get(row.schema.namespace, ("", ""))
            for form in forms(row):
                result = {"Tensor": "Tensor", "Tensor&": "Tensor", "bool": "bool", "int64_t": "int", "double": "float"}.get(form.returns, form.returns)
                if prefix and form.function:
                    self.ops.setdefault(prefix + form.name, []).append(Signature(cpp + form.name, form.params, result))
                if form.method:
                    self.methods.setdefault(form.name, []).append(Signature(form.name, form.params[1:], result))


LISTS = {"IntList", "list[int]", "shape", "tuple"}
# For a schema type, the source types it takes.
TAKES = {
    "T": {"Tensor", "Tensor | None"}, "T?": {"Tensor", "Tensor | None", "None"},
    "int": {"int", "int | None"}, "int?": {"int", "int | None", "None"},
    "float": {"float", "int", "number", "float | None"}, "float?": {"float", "int", "float | None", "None"},
    "float[]?": {"FloatList | None", "None"},
    "S": {"float", "int", "bool", "number"}, "S?": {"float", "int", "bool", "None"},
    "bool": {"bool"}, "bool?": {"bool", "bool | None", "None"},
    "str": {"str"}, "str?": {"str", "None"},
    "int[]": LISTS | {"int", "OptionalIntList"}, "int[]?": LISTS | {"int", "None", "IntList | None"},
    "int?[]": LISTS | {"int", "OptionalIntList"},
    "generator?": {"torch.Generator | None", "None"}, "dtype": {"DType"}, "dtype?": {"DType", "DType | None", "None"},
    "memory_format?": {"None"},
}


def bind(params: list[Param] | list[Argument], args: list, keywords: dict) -> list | None:
    """The value of every parameter (None where it is left out); None as a whole when they do not fit."""
    if len(args) > len(params) or any(k not in {p.name for p in params} for k in keywords):
        return None
    found = list(args) + [None] * (len(params) - len(args))
    for i, p in enumerate(params):
        if p.name in keywords:
            if found[i] is not None:
                return None
            found[i] = keywords[p.name]
        if found[i] is None and p.default is None:
            return None
    return found


def fits(params: list[Param], values: list[Value | None]) -> bool:
    return all(v is None or v.type in TAKES.get(p.base, set()) for p, v in zip(params, values, strict=False))


def fixed_length(p: Param) -> int:
    """2 for int[2]; sizes of which some may be None are of a known number."""
    match = re.search(r"\[(\d+)\]", p.type)
    if match is None:
        raise SyntaxError(f"{p.name}: {p.type} has no fixed length, so None in it cannot be resolved")
    return int(match[1])


def as_param(p: Param, value: Value, first: str) -> str:
    """The text of an argument for a schema parameter."""
    if value.type == "None":
        return "Tensor()" if p.base == "T?" else "{}"
    if p.base in ("int", "float", "bool") and value.type in OPTIONAL:
        return f"*{value.text}"
    if value.type == "OptionalIntList":
        return f"resolve({value.text}, {first}, {fixed_length(p)})"
    if p.base in ("int[]", "int[]?", "int?[]") and value.type == "int":
        return f"IntList({value.text})"
    if (p.base, value.type) in (("int[]?", "IntList | None"), ("float[]?", "FloatList | None")):
        return f"optional_list({value.text})"
    if p.base == "S" and value.type == "number":
        return value.text
    return value.text


def join_arguments(params: list[Param], texts: list[str | None]) -> str:
    """Positional arguments; what is left out in the middle gets its default, at the end nothing."""
    while texts and texts[-1] is None:
        texts = texts[:-1]
    filled = []
    for p, text in zip(params, texts, strict=False):
        if text is None:
            default = p.cpp_default().removeprefix(" = ")
            text = "Tensor()" if p.base == "T?" else default
        filled.append(text)
    return ", ".join(filled)


def keyword_nodes(node: ast.Call) -> dict[str, ast.expr]:
    return {k.arg: k.value for k in node.keywords}
