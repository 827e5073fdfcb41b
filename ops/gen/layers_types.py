"""What the translator of layers knows: types, helpers and names that both doors have."""
from __future__ import annotations

from dataclasses import dataclass


class HandWrite(SyntaxError):
    """A construct outside the checked subset: the layer must be written by hand in C++."""


@dataclass(frozen=True)
class Kind:
    """One type of the subset: as a parameter, as a member (and option), as a result."""

    param: str
    member: str
    init: str = ""                  # how a member starts: " = 0"


KINDS = {
    "int": Kind("int64_t", "int64_t", " = 0"),
    "float": Kind("double", "double", " = 0"),
    "bool": Kind("bool", "bool", " = false"),
    "str": Kind("std::string_view", "std::string"),
    "Tensor": Kind("const Tensor&", "Tensor"),
    "Tensor | None": Kind("const Tensor&", "Tensor"),
    "IntList": Kind("const IntList&", "IntList"),
    "IntList | None": Kind("const std::optional<IntList>&", "std::optional<IntList>"),
    "FloatList | None": Kind("const std::optional<FloatList>&", "std::optional<FloatList>"),
    "IntList | str": Kind("const Padding&", "Padding"),
    "OptionalIntList": Kind("const OptionalIntList&", "OptionalIntList"),
    "list[int]": Kind("const std::vector<int64_t>&", "std::vector<int64_t>"),
    "int | None": Kind("std::optional<int64_t>", "std::optional<int64_t>"),
    "float | None": Kind("std::optional<double>", "std::optional<double>"),
    "bool | None": Kind("std::optional<bool>", "std::optional<bool>"),
    "torch.Generator | None": Kind("const std::optional<Generator>&", "std::optional<Generator>"),
    "Device | None": Kind("std::optional<Device>", "std::optional<Device>"),
    "DType | None": Kind("std::optional<ScalarType>", "std::optional<ScalarType>"),
    "tuple[int, int]": Kind("", "std::tuple<int64_t, int64_t>"),
    "None": Kind("", "void"),
}
OPTIONAL = {"int | None": "int", "float | None": "float", "bool | None": "bool", "IntList | None": "IntList", "FloatList | None": "FloatList"}
NUMBERS = {"int", "float", "bool", "number"}

# Functions of nn/modules/utils.py and nn/_reduction.py: their twins are in src/nn/support.h, with these results.
HELPERS = {
    "_ntuple": ("ntuple", "IntList"),
    "_same_or_ntuple": ("same_or_ntuple", "IntList | str"),
    "_ntuple_or_none": ("ntuple_or_none", "IntList | None"),
    "_as_ints": ("as_ints", "IntList"),
    "_floats": ("floats", "FloatList | None"),
    "_ratios": ("ratios", "FloatList | None"),
    "_transposed_padding": ("transposed_padding", "IntList"),
    "_int_tuple": ("ntuple_of_one", "IntList"),
    "_number": ("number", "float"),
    "_row_or_none": ("row_or_none", "int | None"),
    "_all_equal": ("all_equal", "bool"),
    "_check_conv_padding": ("check_conv_padding", "None"),
    "_reversed_padding": ("reversed_padding", "list[int]"),
    "legacy_get_string": ("legacy_get_string", "str"),
}
MATH = {
    "math.sqrt": ("std::sqrt", "float"),
    "math.erf": ("std::erf", "float"),
    "math.log": ("std::log", "float"),
    "math.prod": ("prod", "int"),
    "float": ("double", "float"),
}
# Methods and attributes of a Tensor that are no rows of the op table.
TENSOR_METHODS = {"dim": "int", "size": "int", "numel": "int", "item": "number", "detach": "Tensor"}
TENSOR_ATTRIBUTES = {"shape": ("sizes()", "shape"), "dtype": ("scalar_type()", "DType")}
ERRORS = {
    "RuntimeError": "Error", "ValueError": "ValueError", "TypeError": "TypeError", "IndexError": "IndexError",
    "AssertionError": "AssertionError", "NotImplementedError": "NotImplementedError", "KeyError": "KeyError",
}
DTYPES = {"torch.int64": "kInt64", "torch.float32": "kFloat32", "torch.float64": "kFloat64", "torch.bool": "kBool"}
# Parameters that PyTorch keeps for old programs; the C++ door never had them. In a body they are None or False.
DROPPED = {"size_average": None, "reduce": None, "min_value": None, "max_value": None, "return_indices": False}
# nn::Module's own virtual methods, and the results of the methods that layers may override.
MODULE_VIRTUAL = {"reset_parameters", "extra_repr"}
# Attributes of nn::Module that bodies read.
MODULE_MEMBERS = {"training": "bool"}


def quoted(text: str) -> str:
    """A C++ string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
