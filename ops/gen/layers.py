"""Prints the C++ twins of the Python layers: headers with classes, options and holders, and units with the bodies.

Golden files: include/rushlight/nn/generated/*.h, src/nn/generated/*.cpp.
"""
from __future__ import annotations

import ast
from pathlib import Path

from layers_calls import Sources
from layers_code import Body
from layers_options import functional_options, layer_options
from layers_source import Function, Layer, docstring_free, location, read_file, read_functions
from layers_types import HELPERS, KINDS, MODULE_VIRTUAL, HandWrite, quoted
from table import Row

FILES = ["linear", "conv", "pooling", "batchnorm", "instancenorm", "normalization", "dropout", "flatten", "fold", "padding", "pixelshuffle", "upsampling", "sparse", "distance",
         "activation", "loss"]
# Outside the subset: written by hand in include/rushlight/nn/containers.h and src/nn/containers.cpp (layers),
# adaptive.h, triplet.h, rnn.h, parallel.h, transformer.h and their units, and in include/rushlight/nn/init.h and src/nn/init.cpp (initialisers).
HAND_WRITTEN = {"Identity", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict", "LinearCrossEntropyLoss", "AdaptiveLogSoftmaxWithLoss",
                "TripletMarginWithDistanceLoss", "RNNBase", "RNN", "LSTM", "GRU", "RNNCellBase", "RNNCell", "LSTMCell", "GRUCell",
                "SyncBatchNorm", "MultiheadAttention", "TransformerEncoderLayer", "TransformerEncoder", "TransformerDecoderLayer", "TransformerDecoder", "Transformer"}
HAND_WRITTEN_INIT = {"calculate_gain", "trunc_normal_", "eye_", "dirac_", "orthogonal_", "sparse_", "_normal_cdf", "_trunc_by_redrawing",
                     "_trunc_by_rejection", "_deprecated"}
# Of use in Python only: how old files are read.
PYTHON_ONLY = {"_NormBase._version", "_NormBase._load_from_state_dict", "Upsample.name"}
BANNER = "// Translated from python/rushlight/nn/{source} by ops/gen/layers.py: do not edit.\n"
SUPPORT = '#include "nn/support.h"\n'


def comment(node: ast.ClassDef | ast.FunctionDef, indent: str = "") -> str:
    """The docstring without its example and source, as a comment."""
    lines, keep = [], True
    for line in (ast.get_docstring(node) or "").splitlines():
        if line and not line.startswith(" "):
            keep = line.strip() not in ("Example:", "Source:")
        if keep:
            lines.append(f"{indent}// {line}".rstrip())
    while lines and lines[-1].strip() == "//":
        lines.pop()
    return "".join(line + "\n" for line in lines)


# ---- members ------------------------------------------------------------------------------------------------------------------

def own_members(sources: Sources, layer: Layer) -> dict[str, str]:
    """Members that this class's __init__ sets, with their types, in order."""
    init = layer.methods.get("__init__")
    found: dict[str, str] = {}
    if init is None:
        return found
    types = {a.name: a.type for a in init.kept}
    for node in ast.walk(init.node):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("self.register_parameter", "self.register_buffer"):
            found.setdefault(node.args[0].value, "Tensor")
        target, value, said = None, None, None
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign):
            target, value, said = node.target, node.value, ast.unparse(node.annotation)
        if not (isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self"):
            continue
        helper = HELPERS.get(ast.unparse(value.func)) if isinstance(value, ast.Call) else None
        is_parameter = isinstance(value, ast.Call) and ast.unparse(value.func) == "Parameter"
        type_ = said or (helper[1] if helper else "Tensor" if is_parameter else types.get(value.id) if isinstance(value, ast.Name) else None)
        if type_ not in KINDS:
            raise HandWrite(f"{location(init.where, node)}: {layer.name}: the type of self.{target.attr} cannot be told; annotate it, or hand-write this layer")
        if type_ == "Tensor | None":
            type_ = "Tensor"
        if found.setdefault(target.attr, type_) != type_:
            raise HandWrite(f"{location(init.where, node)}: {layer.name}: self.{target.attr} has two types, {found[target.attr]} and {type_}")
    return found


def all_members(sources: Sources, layer: Layer) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in reversed(layer.lineage()):
        found.update(own_members(sources, one))
    return found


def tensor_list(members: dict[str, str], owner: str = "") -> str:
    """The addresses of the tensors among them."""
    return ", ".join(f"&{owner}{m}" for m, t in members.items() if t == "Tensor")


# ---- signatures -----------------------------------------------------------------------------------------------------------------

def default_text(function: Function, node: ast.expr, type_: str) -> str:
    if isinstance(node, ast.Constant) and node.value is None:
        return "{}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{node.operand.value!r}"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return quoted(node.value)
    if isinstance(node, ast.Constant):
        return repr(node.value)
    raise HandWrite(f"{location(function.where, node)}: default `{ast.unparse(node)}`: hand-write this one")


def signature(function: Function, defaults: bool, renamed: set[str] = frozenset()) -> str:
    """The C++ parameter list."""
    parts = []
    kept = function.kept
    for i, a in enumerate(kept):
        show = defaults and all(b.default is not None for b in kept[i:])
        name = f"given_{a.name}" if a.name in renamed else a.name
        parts.append(f"{KINDS[a.type].param} {name}" + (f" = {default_text(function, a.default, a.type)}" if show else ""))
    return ", ".join(parts)


def reassigned_texts(function: Function) -> set[str]:
    """Text parameters that the body assigns to: a string_view would dangle, so the body gets a copy."""
    stored = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return {a.name for a in function.kept if a.name in stored and a.type == "str"}


def body_text(body: Body, function: Function, statements: list[ast.stmt], indent: int = 1) -> str:
    copies = "".join(f"{'  ' * indent}std::string {name}(given_{name});\n" for name in sorted(reassigned_texts(function)))
    return copies + body.block(statements, indent)


# ---- classes ---------------------------------------------------------------------------------------------------------------------

def is_overridden(sources: Sources, layer: Layer, method: str) -> bool:
    return any(layer in other.lineage()[1:] and method in other.methods for other in sources.layers.values())


def declaration(sources: Sources, layer: Layer, name: str, function: Function) -> str:
    base_has = layer.base is not None and layer.base.find(name) is not None
    tail = " const" if name == "extra_repr" else ""
    if name in MODULE_VIRTUAL or base_has:
        tail += " override"
    front = "virtual " if " override" not in tail and is_overridden(sources, layer, name) else ""
    return f"  {front}{KINDS[function.result].member} {name}({signature(function, True)}){tail};\n"


def class_header(sources: Sources, layer: Layer) -> str:
    base = layer.base.impl if layer.base else "Module"
    init = layer.methods.get("__init__")
    found = layer.find("__init__")
    lines = []
    if init is not None:
        lines.append(f"  {'explicit ' if init.kept else ''}{layer.impl}({signature(init, True)});\n")
    elif found is not None:
        lines.append(f"  using {base}::{base};\n")
    if layer.public and found is not None and found.kept:
        lines.append(f"  {layer.impl}(const {layer.name}Options& options);\n")
    for name, function in layer.methods.items():
        if name != "__init__":
            lines.append(declaration(sources, layer, name, function))
    if layer.public:
        lines.append("  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;\n")
    if tensor_list(own_members(sources, layer)):
        lines.append("  std::vector<Tensor*> tensor_members() override;\n")
    members = own_members(sources, layer)
    lines += ["\n"] if members else []
    lines += [f"  {KINDS[t].member} {m}{KINDS[t].init};\n" for m, t in members.items()]
    return f"{comment(layer.node)}class RL_API {layer.impl} : public {base} {{\n public:\n{''.join(lines)}}};\n"


def static_holder(layer: Layer) -> str:
    """The holder of a class with class methods: `Embedding::from_pretrained(…)`."""
    statics = "".join(f"{comment(f.node, '  ')}  static {layer.name} {n}({signature(f, True)});\n" for n, f in layer.statics.items())
    return (f"class RL_API {layer.name} : public ModuleHolder<{layer.impl}> {{\n public:\n  using ModuleHolder<{layer.impl}>::ModuleHolder;\n"
            f"  using Impl_ = {layer.impl};\n{statics}}};\n")


def layer_header(sources: Sources, layer: Layer) -> str:
    text = ""
    init = layer.find("__init__")
    if layer.public and init is not None and init.kept:
        text += layer_options(f"{layer.name}Options", [(a.name, a.type, None if a.default is None else default_text(init, a.default, a.type)) for a in init.kept]) + "\n"
    text += class_header(sources, layer)
    if layer.public:
        text += static_holder(layer) if layer.statics else f"RUSHLIGHT_MODULE({layer.name});\n"
    return text


def constructor(sources: Sources, layer: Layer, init: Function) -> str:
    statements = docstring_free(init.node.body)
    first = statements[0] if statements else None
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Call) and ast.unparse(first.value.func) == "super().__init__"):
        raise HandWrite(f"{location(init.where, init.node)}: {layer.name}.__init__ must call super().__init__ first; else hand-write this layer")
    body = Body(sources, init, layer, all_members(sources, layer))
    base = ""
    parent = layer.base.find("__init__") if layer.base else None
    if parent is not None:
        base = f" : {layer.base.impl}({body.own_arguments(first.value, parent.kept, parent.args)})"
    for name in (n.func.attr for n in ast.walk(init.node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and ast.unparse(n.func.value) == "self"):
        if name in layer.methods and is_overridden(sources, layer, name):
            raise HandWrite(f"{location(init.where, init.node)}: {layer.name}.__init__ calls {name}, which a subclass overrides: C++ would call the base's; hand-write it")
    return f"{layer.impl}::{layer.impl}({signature(init, False, reassigned_texts(init))}){base} {{\n{body_text(body, init, statements[1:])}}}\n"


def layer_unit(sources: Sources, layer: Layer) -> str:
    text = ""
    init, found = layer.methods.get("__init__"), layer.find("__init__")
    if init is not None:
        text += constructor(sources, layer, init)
    if layer.public and found is not None and found.kept:
        text += f"{layer.impl}::{layer.impl}(const {layer.name}Options& options) : {layer.impl}({', '.join(f'options.{a.name}()' for a in found.kept)}) {{}}\n"
    members = all_members(sources, layer)
    for name, function in layer.methods.items():
        if name != "__init__":
            body = Body(sources, function, layer, members)
            const = " const" if name == "extra_repr" else ""
            begin = f"  begin_forward({function.args[0].name});\n" if name == "forward" and tensor_list(members) else ""
            text += (f"{KINDS[function.result].member} {layer.impl}::{name}({signature(function, False, reassigned_texts(function))}){const} {{\n{begin}"
                     f"{body_text(body, function, function.node.body)}}}\n")
    if layer.public:
        tensors = tensor_list(members, "copy->")
        text += (f"std::shared_ptr<Module> {layer.impl}::clone(const std::optional<Device>& device) const {{\n"
                 f"  auto copy = std::make_shared<{layer.impl}>(*this);\n  copy->separate({{{tensors}}}, device);\n  return copy;\n}}\n")
    if tensor_list(own_members(sources, layer)):
        text += f"std::vector<Tensor*> {layer.impl}::tensor_members() {{\n  return {{{tensor_list(members)}}};\n}}\n"
    for name, function in layer.statics.items():
        text += static_unit(sources, layer, name, function, found)
    return text


def static_unit(sources: Sources, layer: Layer, name: str, function: Function, init: Function) -> str:
    """A class method that ends in `return cls(…)`."""
    *before, last = function.node.body
    if not (isinstance(last, ast.Return) and isinstance(last.value, ast.Call) and ast.unparse(last.value.func) == "cls"):
        raise HandWrite(f"{location(function.where, function.node)}: {layer.name}.{name} must end in `return cls(…)`; else hand-write it")
    body = Body(sources, function, layer, {})
    body.scopes.append({})
    text = "".join(body.statement(s, "  ", 1) for s in before)
    return f"{layer.name} {layer.name}::{name}({signature(function, False)}) {{\n{text}  return {layer.name}({body.own_arguments(last.value, init.kept, init.args)});\n}}\n"


# ---- files -----------------------------------------------------------------------------------------------------------------------

def init_files(sources: Sources, functions: list[Function], used: set[str]) -> tuple[str, str]:
    header, private, unit = [], [], []
    for f in functions:
        public = not f.name.startswith("_") or f.name in used
        result = KINDS[f.result].member
        if public:
            header.append(f"{comment(f.node)}RL_API {result} {f.name}({signature(f, True)});\n")
        else:
            private.append(f"static {result} {f.name}({signature(f, True)});\n")
        body = Body(sources, f, None, {}, inside_init=True)
        unit.append(f"{result} {f.name}({signature(f, False, reassigned_texts(f))}) {{\n{body_text(body, f, f.node.body)}}}\n")
    banner = BANNER.format(source="init.py")
    head = f'{banner}#pragma once\n#include "rushlight/ops.h"\n\nnamespace rushlight::nn::init {{\n\n' + "\n".join(header) + "\n}  // namespace rushlight::nn::init\n"
    text = (f'{banner}#include "rushlight/nn/init.h"\n\n#include <cmath>\n\n{SUPPORT}\nnamespace rushlight::nn::init {{\n\nusing namespace support;\n\n'
            + "".join(private) + "\n" + "\n".join(unit) + "\n}  // namespace rushlight::nn::init\n")
    return head, text


def bases_elsewhere(name: str, layers: list[Layer]) -> str:
    """The headers of base classes that are in other files."""
    stems = {layer.base.where.stem for layer in layers if layer.base} - {name}
    return "".join(f'#include "rushlight/nn/generated/{stem}.h"\n' for stem in sorted(stems))


def layer_files(sources: Sources, name: str, layers: list[Layer]) -> tuple[str, str]:
    banner = BANNER.format(source=f"modules/{name}.py")
    head = (f'{banner}#pragma once\n#include "rushlight/nn/arguments.h"\n{bases_elsewhere(name, layers)}#include "rushlight/nn/module.h"\n\nnamespace rushlight::nn {{\n\n'
            + "\n".join(layer_header(sources, layer) for layer in layers) + "\n}  // namespace rushlight::nn\n")
    unit = (f'{banner}#include "rushlight/nn/generated/{name}.h"\n\n#include <cmath>\n\n{SUPPORT}#include "rushlight/nn/init.h"\n\nnamespace rushlight::nn {{\n\n'
            "namespace F = functional;\nusing namespace support;\n\n" + "\n".join(layer_unit(sources, layer) for layer in layers) + "\n}  // namespace rushlight::nn\n")
    return head, unit


def generate(rows: list[Row], root: Path) -> dict[Path, str]:
    """Every golden file of the layers, by its path."""
    python = root / "python/rushlight/nn"
    layers: dict[str, Layer] = {}
    by_file = {name: read_file(python / f"modules/{name}.py", layers, HAND_WRITTEN, PYTHON_ONLY) for name in FILES}
    functions, signatures = read_functions(python / "init.py", HAND_WRITTEN_INIT)
    sources = Sources(layers, signatures)
    sources.read_table(rows)
    used = {n.func.attr for layer in layers.values() for n in ast.walk(layer.node)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and ast.unparse(n.func.value) in ("init", "_init")}
    files = {"init": init_files(sources, functions, used), **{name: layer_files(sources, name, found) for name, found in by_file.items()}}
    found = {}
    for name, (head, unit) in files.items():
        found[root / f"include/rushlight/nn/generated/{name}.h"] = head
        found[root / f"src/nn/generated/{name}.cpp"] = unit
    found[root / "include/rushlight/nn/generated/functional_options.h"] = functional_options(rows)
    return found
