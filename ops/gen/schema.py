"""Schema grammar: `name(type arg=default, *, …) -> ret`, PyTorch's with shorter type words."""
from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Type:
    """What a schema type is in C++ (parameter, kept by a node) and in Python's stubs."""

    param: str
    kept: str
    python: str


TYPES = {
    "T": Type("const Tensor&", "SavedTensor", "Tensor"),
    "T?": Type("const Tensor&", "SavedTensor", "Tensor | None"),
    "T[]": Type("TensorList", "SavedTensorList", "Sequence[Tensor]"),
    "T?[]": Type("TensorList", "SavedTensorList", "Sequence[Tensor | None]"),
    "S": Type("const Scalar&", "Scalar", "Number"),
    "S?": Type("const std::optional<Scalar>&", "std::optional<Scalar>", "Number | None"),
    "int": Type("int64_t", "int64_t", "int"),
    "int?": Type("std::optional<int64_t>", "std::optional<int64_t>", "int | None"),
    "int[]": Type("IntArrayRef", "DimVector", "Sequence[int]"),
    "int[]?": Type("OptionalIntArrayRef", "OptionalDims", "int | Sequence[int] | None"),
    "bool": Type("bool", "bool", "bool"),
    "bool?": Type("std::optional<bool>", "std::optional<bool>", "bool | None"),
    "bool[]": Type("ArrayRef<bool>", "std::vector<bool>", "Sequence[bool]"),
    "float": Type("double", "double", "float"),
    "float?": Type("std::optional<double>", "std::optional<double>", "float | None"),
    "float[]": Type("ArrayRef<double>", "std::vector<double>", "Sequence[float]"),
    "float[]?": Type("std::optional<ArrayRef<double>>", "std::optional<std::vector<double>>", "Sequence[float] | None"),
    "str": Type("std::string_view", "std::string", "str"),
    "str?": Type("std::optional<std::string_view>", "std::optional<std::string>", "str | None"),
    "dtype": Type("ScalarType", "ScalarType", "dtype"),
    "dtype?": Type("std::optional<ScalarType>", "std::optional<ScalarType>", "dtype | None"),
    "device?": Type("std::optional<Device>", "std::optional<Device>", "device | None"),
    "memory_format?": Type("std::optional<MemoryFormat>", "std::optional<MemoryFormat>", "memory_format | None"),
    "generator?": Type("const std::optional<Generator>&", "std::optional<Generator>", "Generator | None"),
    "options": Type("TensorOptions", "TensorOptions", "Any"),
}
RETURNS = {"bool": "bool", "int": "int64_t", "float": "double", "S": "Scalar", "T[]": "std::vector<Tensor>", "()": "void"}
CPP_DEFAULTS = {"None": "{}", "True": "true", "False": "false"}


@dataclass(frozen=True)
class Param:
    type: str
    name: str
    default: str | None = None
    kwonly: bool = False

    @property
    def base(self) -> str:
        """The type without a fixed length: int[2] -> int[]."""
        return re.sub(r"\[\d+\]", "[]", self.type)

    @property
    def cpp(self) -> str:
        return TYPES[self.base].param

    @property
    def is_tensor(self) -> bool:
        return self.base in ("T", "T?", "T[]", "T?[]")

    @property
    def is_list(self) -> bool:
        return self.base in ("T[]", "T?[]")

    def cpp_default(self) -> str:
        if self.default is None:
            return ""
        text = self.default
        if self.base in ("str", "str?") and text != "None":
            text = '"' + text.strip("'\"") + '"'
        elif text.startswith("["):
            text = "{" + text[1:-1] + "}"
        elif self.base == "memory_format?" and text != "None":
            text = "MemoryFormat::Preserve"
        return " = " + CPP_DEFAULTS.get(text, text)


@dataclass
class Schema:
    namespace: str
    name: str
    params: list[Param]
    ret: str                                    # a key of RETURNS, or "T"
    outputs: list[str] = field(default_factory=list)
    letters: str = ""                           # which alternative of `T|S` this one is: "TT", "TS"…
    output_types: list[str] = field(default_factory=list)    # of a tuple: "T", or "T[]" for a list among its parts

    @property
    def returns(self) -> str:
        if self.ret in RETURNS:
            return RETURNS[self.ret]
        if len(self.outputs) == 1:
            return "Tensor"
        return "std::tuple<" + ", ".join(RETURNS.get(t, "Tensor") for t in self.output_types) + ">"

    def text(self, name: str | None = None) -> str:
        """The schema as the Python door's parser reads it."""
        return f"{name or self.name}({python_params(self.params)}) -> {self.return_text()}"

    def return_text(self) -> str:
        if self.ret in RETURNS:
            return self.ret
        return "T" if len(self.outputs) == 1 else "(" + ", ".join(f"{t} {o}" for t, o in zip(self.output_types, self.outputs, strict=True)) + ")"


def python_params(params: list[Param]) -> str:
    parts, star = [], False
    for p in params:
        if p.kwonly and not star:
            parts.append("*")
            star = True
        if p.base == "options":
            parts.append("options")
        else:
            parts.append(f"{p.type} {p.name}" + (f"={p.default}" if p.default is not None else ""))
    return ", ".join(parts)


def split_top(text: str) -> list[str]:
    """Splits at commas that are not inside brackets or quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for i, c in enumerate(text):
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c in "[(":
            depth += 1
        elif c in "])":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [p.strip() for p in [*parts, text[start:]] if p.strip()]


def parse_params(text: str) -> list[Param]:
    params, kwonly = [], False
    for part in split_top(text):
        if part == "*":
            kwonly = True
        elif part == "options":
            params.append(Param("options", "options", "None", True))
        else:
            match = re.fullmatch(r"(\S+) (\w+)(?:\s*=\s*(.*))?", part)
            if not match:
                raise SyntaxError(f"cannot read the parameter {part!r}")
            params.append(Param(match[1], match[2], match[3], kwonly))
    return params


def parse(text: str) -> list[Schema]:
    """All overloads that a schema text stands for: one for each choice of `T|S`, at least one of them a tensor."""
    match = re.fullmatch(r"([\w.]*)\((.*?)\)(?:\s*->\s*(.+))?", text.strip(), re.S)
    if not match:
        raise SyntaxError(f"cannot read the schema {text!r}")
    namespace, _, name = match[1].rpartition(".")
    params, ret = parse_params(match[2]), (match[3] or "T").strip()
    outputs = [] if ret in RETURNS else [o.split()[1] for o in split_top(ret[1:-1])] if ret.startswith("(") else ["result"]
    output_types = [o.split()[0] for o in split_top(ret[1:-1])] if ret.startswith("(") and ret not in RETURNS else ["T"]
    found = []
    for types in itertools.product(*(p.type.split("|") for p in params)):
        choice = [t for t, p in zip(types, params, strict=True) if "|" in p.type]
        if choice and "T" not in choice and not any(p.type == "T" for p in params):
            continue
        chosen = [replace(p, type=t) for t, p in zip(types, params, strict=True)]
        for p in chosen:
            if p.base not in TYPES:
                raise SyntaxError(f"unknown type {p.type!r} in {text!r}; known: {', '.join(TYPES)}")
        found.append(Schema(namespace, name, chosen, ret, outputs, "".join(choice), output_types))
    return found
