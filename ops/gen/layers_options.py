"""Options with setters, as in LibTorch: of layers, and of the functions of nn::functional that have defaults."""
from __future__ import annotations

from dataclasses import dataclass

from layers_types import DROPPED, KINDS
from schema import Param
from table import Row

# Schema type -> what a setter is given, what is kept.
KEPT = {
    "T": ("const Tensor&", "Tensor"), "T?": ("const Tensor&", "Tensor"), "T[]": ("TensorList", "std::vector<Tensor>"),
    "S": ("const Scalar&", "Scalar"), "S?": ("std::optional<Scalar>", "std::optional<Scalar>"),
    "int": ("int64_t", "int64_t"), "int?": ("std::optional<int64_t>", "std::optional<int64_t>"),
    "int[]": ("const IntList&", "IntList"), "int[]?": ("const IntList&", "std::optional<IntList>"),
    "int?[]": ("const OptionalIntList&", "OptionalIntList"),
    "bool": ("bool", "bool"), "bool?": ("std::optional<bool>", "std::optional<bool>"),
    "float": ("double", "double"), "float?": ("std::optional<double>", "std::optional<double>"),
    "float[]": ("const std::vector<double>&", "std::vector<double>"),
    "float[]?": ("const std::vector<double>&", "std::optional<std::vector<double>>"),
    "str": ("std::string_view", "std::string"), "str?": ("std::string_view", "std::optional<std::string>"),
    "dtype?": ("std::optional<ScalarType>", "std::optional<ScalarType>"),
    "generator?": ("const std::optional<Generator>&", "std::optional<Generator>"),
    "padding": ("const Padding&", "Padding"),
}
# A first argument in braces would fit the copy constructor as well; a constructor from the list itself goes before both.
BRACES = {"IntList": "std::initializer_list<int64_t>", "OptionalIntList": "std::initializer_list<std::optional<int64_t>>"}
# Words that are not simply capitalised in a class name.
WORDS = {
    "relu": "ReLU", "relu6": "ReLU6", "elu": "ELU", "selu": "SELU", "celu": "CELU", "gelu": "GELU", "glu": "GLU", "prelu": "PReLU", "rrelu": "RReLU",
    "silu": "SiLU", "nll": "NLL", "mse": "MSE", "kl": "KL", "ctc": "CTC", "lp": "LP", "rms": "RMS", "logsigmoid": "LogSigmoid", "softmax": "Softmax",
}



@dataclass
class Field:
    """One option: what the constructor and the setter are given, what is kept, the default (None: required)."""

    name: str
    given: str
    setter: str
    kept: str
    default: str | None


def options_class(name: str, fields: list[Field]) -> str:
    """A class with every field as a positional argument of its constructor and as a setter."""
    parts, setters = [], ""
    for i, f in enumerate(fields):
        show = f.default is not None and all(g.default is not None for g in fields[i:])
        parts.append(f"{f.given} {f.name}" + (f" = {f.default}" if show else ""))
        setters += f"  RUSHLIGHT_OPTION({f.setter}, {f.kept}, {f.name})\n"
    inits = ", ".join(f"{f.name}_({f.name})" for f in fields)
    first = fields[0]
    braces = BRACES.get(first.kept) if all(f.default is not None for f in fields[1:]) else None
    list_form = f"  {name}({braces} {first.name}) : {name}({first.kept}({first.name})) {{}}\n" if braces else ""
    return f"class {name} {{\n public:\n  {name}({', '.join(parts)})\n      : {inits} {{}}\n{list_form}{setters}}};\n"


def layer_options(name: str, arguments: list[tuple[str, str, str | None]]) -> str:
    """The options of a layer, from the arguments of its constructor."""
    setter = {"IntList | None": "const IntList&", "FloatList | None": "const FloatList&"}
    return options_class(name, [Field(n, KINDS[t].param, setter.get(t, KINDS[t].param), KINDS[t].member, d) for n, t, d in arguments])


# ---- nn::functional ----------------------------------------------------------------------------------------------------------

def class_name(function: str) -> str:
    return "".join(WORDS.get(word, word[:1].upper() + word[1:]) for word in function.split("_")) + "FuncOptions"


def is_hidden(p: Param) -> bool:
    """Deprecated or private: not offered in C++."""
    return p.name in DROPPED or p.name.startswith("_")


def merged(overloads: list[Row]) -> list[tuple[Param, str]]:
    """Parameters with the type of their option; `padding` may be a list in one overload and a text in another."""
    found = []
    for p in overloads[0].params:
        types = {q.base for row in overloads for q in row.params if q.name == p.name}
        found.append((p, "padding" if types == {"int[]", "str"} else p.base))
    return found


def argument(p: Param, type_: str, how: str) -> str:
    read = f"options.{p.name}()"
    if is_hidden(p):
        return p.cpp_default().removeprefix(" = ")
    if type_ == "int[]?":
        return f"optional_list({read})"
    return f"{read}.{how}()" if type_ == "padding" else read


def function_field(p: Param, type_: str) -> Field:
    setter, kept = KEPT[type_]
    default = None if p.default is None else p.cpp_default().removeprefix(" = ")
    return Field(p.name, f"const {kept}&" if kept.startswith("std::optional<") else setter, setter, kept, default)


def function_options(name: str, overloads: list[Row]) -> str:
    params = merged(overloads)
    leading = [p for p, _ in params if p.default is None and p.is_tensor]
    fields = [(p, t) for p, t in params if p not in leading and not is_hidden(p)]
    if not fields or not leading or any(t not in KEPT for _, t in fields):
        return ""
    options = class_name(name)

    def call(how: str) -> str:          # qualified, so that rushlight's function of the same name is not found as well
        return f"functional::{name}({', '.join(p.name if p in leading else argument(p, t, how) for p, t in params)})"

    given = ", ".join(f"const Tensor& {p.name}" if not p.is_list else f"TensorList {p.name}" for p in leading)
    padding = next((p.name for p, t in fields if t == "padding"), None)
    expression = f"options.{padding}().is_text() ? {call('text')} : {call('list')}" if padding else call("")
    result = overloads[0].schema.returns
    required_first = sorted((function_field(p, t) for p, t in fields), key=lambda f: f.default is not None)
    return (options_class(options, required_first)
            + f"template <std::same_as<{options}> O>\n{result} {name}({given}, const O& options) {{\n  return {expression};\n}}\n")


def functional_options(rows: list[Row]) -> str:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.schema.namespace == "nn.functional" and not row.name.startswith("_") and not row.name.endswith("_"):
            groups.setdefault(row.name, []).append(row)
    text = "\n".join(filter(None, (function_options(name, overloads) for name, overloads in groups.items())))
    return ("// Generated from ops/*.py by ops/gen/layers.py: do not edit.\n"
            "// Note [Options of functions]\n"
            "// The overload that takes options is a template for exactly that class, so that braces and numbers never reach it.\n"
            '#pragma once\n#include <concepts>\n\n#include "rushlight/nn/arguments.h"\n#include "rushlight/ops.h"\n\n'
            f"namespace rushlight::nn::functional {{\n\n{text}\n}}  // namespace rushlight::nn::functional\n")
