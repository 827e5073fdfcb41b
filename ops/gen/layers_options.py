"""Options with setters, as in LibTorch: of layers, and of the functions of nn::functional that have defaults."""
from __future__ import annotations

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
# Words that are not simply capitalised in a class name.
WORDS = {
    "relu": "ReLU", "relu6": "ReLU6", "elu": "ELU", "selu": "SELU", "celu": "CELU", "gelu": "GELU", "glu": "GLU", "prelu": "PReLU", "rrelu": "RReLU",
    "silu": "SiLU", "nll": "NLL", "mse": "MSE", "kl": "KL", "ctc": "CTC", "lp": "LP", "rms": "RMS", "logsigmoid": "LogSigmoid", "softmax": "Softmax",
}



def options_class(name: str, fields: list[tuple[str, str, str | None]]) -> str:
    """The options of a layer: every argument of its constructor, positional or by its setter."""
    parts, setters = [], ""
    for i, (field, type_, default) in enumerate(fields):
        show = default is not None and all(d is not None for _, _, d in fields[i:])
        parts.append(f"{KINDS[type_].param} {field}" + (f" = {default}" if show else ""))
        given = "const IntList&" if type_ == "IntList | None" else KINDS[type_].param
        setters += f"  RUSHLIGHT_OPTION({given}, {KINDS[type_].member}, {field})\n"
    inits = ", ".join(f"{field}_({field})" for field, _, _ in fields)
    return f"class {name} {{\n public:\n  {name}({', '.join(parts)})\n      : {inits} {{}}\n{setters}}};\n"


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


def function_options(name: str, overloads: list[Row]) -> str:
    params = merged(overloads)
    leading = [p for p, _ in params if p.default is None and p.is_tensor]
    fields = [(p, t) for p, t in params if p not in leading and not is_hidden(p)]
    if not fields or not leading or any(t not in KEPT for _, t in fields):
        return ""
    options = class_name(name)
    required = [(p, t) for p, t in fields if p.default is None]
    setters = ""
    for p, t in fields:
        default = "" if p.default is None else p.cpp_default().removeprefix(" = ")
        default = "" if default in ("", "{}") else f" = {default}"
        setters += f"  RUSHLIGHT_OPTION_DEFAULT({KEPT[t][0]}, {KEPT[t][1]}, {p.name},{default})\n"
    build = ""
    if required:
        build = (f"  {options}({', '.join(f'{KEPT[t][0]} {p.name}' for p, t in required)}) : "
                 f"{', '.join(f'{p.name}_({p.name})' for p, t in required)} {{}}\n")
    def call(how: str) -> str:
        return f"{name}({', '.join(p.name if p in leading else argument(p, t, how) for p, t in params)})"
    given = ", ".join(f"const Tensor& {p.name}" if not p.is_list else f"TensorList {p.name}" for p in leading)
    padding = next((p.name for p, t in fields if t == "padding"), None)
    expression = f"options.{padding}().is_text() ? {call('text')} : {call('list')}" if padding else call("")
    result = overloads[0].schema.returns
    return (f"class {options} {{\n public:\n{build}{setters}}};\n"
            f"template <std::same_as<{options}> O>\n{result} {name}({given}, const O& options) {{\n  return {expression};\n}}\n")


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
