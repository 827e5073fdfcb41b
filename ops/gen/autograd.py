"""Autograd nodes: what a formula mentions is what its node keeps."""
from __future__ import annotations

import re
from dataclasses import dataclass

from schema import TYPES, Param
from table import ZERO, Row

# facts of a tensor that a node can keep instead of the tensor
FACTS = {"sizes": ("DimVector", "IntArrayRef({})"), "dtype": ("ScalarType", "{}"), "options": ("TensorOptions", "{}")}
DERIVED = {"dim()": "int64_t({}_sizes.size())", "numel()": "plan::numel_of({}_sizes)"}


@dataclass
class Saved:
    """One field of a node."""

    name: str
    kept: str                  # C++ type of the field
    source: Param | None       # None: an output
    fact: str | None           # "sizes" …: only this of the tensor
    inputs: set[str]           # the gradients that need it


@dataclass
class NodeCode:
    saved: list[Saved]
    formulas: dict[str, str]


def differentiable(row: Row, outputs: list[str]) -> list[str]:
    """The outputs that get a history: those up to the last whose gradient some formula names."""
    text = " ".join(row.grads.values())
    named = [i for i, o in enumerate(row.outputs) if re.search(rf"(?<![.\w])grad_{o}(?!\w)", text)]
    return outputs[:named[-1] + 1] if len(row.outputs) > 1 and len(outputs) > 1 and named else outputs


def analyse(row: Row) -> NodeCode:
    fields: dict[str, Saved] = {}
    formulas = {}
    for key, text in row.grads.items():
        inputs = {k.strip() for k in key.split(",")}
        for p in row.tensors():
            n = p.name
            for call, replacement in DERIVED.items():
                text = re.sub(rf"(?<![.\w]){n}\.{re.escape(call)}", replacement.format(n), text)
            for fact in FACTS:
                text = re.sub(rf"(?<![.\w]){n}\.{fact}\(\)", f"{n}_{fact}", text)
        for word in sorted(set(re.findall(r"(?<![.\w:])[A-Za-z_]\w*", text))):
            field = find_field(row, word)
            if field:
                fields.setdefault(word, field).inputs.update(inputs)
        formulas[key] = text
    return NodeCode([fields[k] for k in sorted(fields)], formulas)


def find_field(row: Row, word: str) -> Saved | None:
    for p in row.params:
        if word == p.name:
            return Saved(word, TYPES[p.base].kept, p, None, set())
        for fact, (kept, _) in FACTS.items():
            if p.is_tensor and word == f"{p.name}_{fact}":
                return Saved(word, f"std::vector<{kept}>" if p.is_list else kept, p, fact, set())
    if word in row.outputs:
        return Saved(word, "SavedTensor", None, None, set())
    return None


def edge_counts(row: Row) -> str:
    parts = [f"{p.name}.size()" if p.is_list else "1" for p in row.tensors()]
    fixed = sum(1 for p in parts if p == "1")
    return " + ".join([str(fixed), *(p for p in parts if p != "1")])


def node_struct(row: Row, code: NodeCode) -> str:
    lines = [f"struct {row.uid}_Node final : Node {{"]
    lists = [p.name for p in row.tensors() if p.is_list]
    for f in code.saved:
        lines.append(f"  {f.kept} {f.name}_;")
    for name in lists:
        lines.append(f"  size_t {name}_count = 0;")
    lines.append("  void apply(Tensor* grads, [[maybe_unused]] Tensor* results) override {")
    if row.attrs.get("undefined_grads"):
        lines.append("    if (!detail::any_defined(this, grads)) return;")
    else:
        lines.append("    if (!detail::fill_undefined(this, grads)) return;")
    if len(row.outputs) == 1:
        lines.append("    [[maybe_unused]] const Tensor& grad = grads[0];")
    else:
        lines += [f"    [[maybe_unused]] const Tensor& grad_{o} = grads[{i}];" for i, o in enumerate(differentiable(row, row.outputs))]
    offsets = edge_offsets(row)
    if row.attrs.get("grad") == ZERO:
        lines.append("    if (needs(0)) results[0] = zeros_like(grads[0]);")
    for key, text in code.formulas.items():
        inputs = [k.strip() for k in key.split(",")]
        lines += formula_block(row, code, inputs, text, offsets)
    lines.append("  }")
    drop = " ".join(f"{f.name}_.reset();" for f in code.saved if f.kept in ("SavedTensor", "SavedTensorList"))
    if drop:
        lines.append(f"  void release_saved() override {{ {drop} }}")
    lines.append("};")
    return "\n".join(lines)


def edge_offsets(row: Row) -> dict[str, str]:
    offsets, fixed, lists = {}, 0, []
    for p in row.tensors():
        offsets[p.name] = " + ".join([str(fixed), *lists])
        if p.is_list:
            lists.append(f"{p.name}_count")
        else:
            fixed += 1
    return offsets


def formula_block(row: Row, code: NodeCode, inputs: list[str], text: str, offsets: dict[str, str]) -> list[str]:
    params = {p.name: p for p in row.params}
    tensors = [i for i in inputs if params[i].is_tensor]
    listy = [i for i in tensors if params[i].is_list]
    if listy:
        condition = f"detail::needs_any(this, {offsets[listy[0]]}, {listy[0]}_count)"
        condition = " || ".join([condition, *(f"needs({offsets[i]})" for i in tensors if i not in listy)])
    else:
        condition = " || ".join(f"needs({offsets[i]})" for i in tensors)
    lines = [f"    if ({condition}) {{"]
    for f in code.saved:
        if f.inputs & set(inputs):
            lines.append(f"      {unpack(f)}")
    file, line = row.where.split(":")
    lines.append(f'#line {line} "ops/{file}"')
    if len(inputs) == 1 and listy:
        lines.append(f"      detail::assign(results + {offsets[inputs[0]]}, {text});")
    elif len(inputs) == 1:
        lines.append(f"      results[{offsets[inputs[0]]}] = {text};")
    else:
        mask = ", ".join(f"needs({offsets[i]})" if params[i].is_tensor and not params[i].is_list else "true" for i in inputs)
        lines.insert(-1, f"      [[maybe_unused]] const std::array<bool, {len(inputs)}> output_mask{{{mask}}};")
        lines.append(f"      auto parts = {text};")
        for k, i in enumerate(inputs):
            if params[i].is_list:
                lines.append(f"      detail::assign(results + {offsets[i]}, std::get<{k}>(parts));")
            elif params[i].is_tensor:
                lines.append(f"      if (output_mask[{k}]) results[{offsets[i]}] = std::get<{k}>(parts);")
    lines += ["#line RESTORE", "    }"]
    return lines


def unpack(f: Saved) -> str:
    if f.kept in ("SavedTensor", "SavedTensorList"):
        return f"[[maybe_unused]] const auto {f.name} = {f.name}_.unpack(this);"
    return f"[[maybe_unused]] const auto& {f.name} = {f.name}_;"


def begin(row: Row, code: NodeCode, how: str) -> list[str]:
    """Statements that make the node and keep what its formulas need of the inputs (`how` is an expression)."""
    if row.attrs.get("grad") is None or (not row.grads and row.attrs["grad"] != ZERO):
        return []
    tensors = row.tensors()
    arguments = ", ".join(p.name for p in tensors)
    lines = [f"  {row.uid}_Node* node = nullptr;", "  NodeRef hold;", f"  if (detail::recording({arguments})) [[unlikely]] {{",
             f"    hold = NodeRef::steal(node = new {row.uid}_Node);"]
    chain = "".join(f".{'inputs' if p.is_list else 'input'}({p.name})" for p in tensors)
    lines.append(f'    detail::NodeBuilder(node, "{row.node_name}", {edge_counts(row)}){chain};')
    lines += [f"    node->{p.name}_count = {p.name}.size();" for p in tensors if p.is_list]
    offsets = edge_offsets(row)
    for f in code.saved:
        if f.source is None:
            continue
        if f.fact:
            lines.append(f"    node->{f.name}_ = detail::{f.fact}_of({f.source.name});")
        elif f.kept in ("SavedTensor", "SavedTensorList"):
            value = f.name
            if how != "How::New" and tensors and f.name == tensors[0].name and f.kept == "SavedTensor":
                value = f"{how} == How::InPlace ? {f.name}.clone() : {f.name}" if how == "how" else f"{f.name}.clone()"
            lines.append(f"    {needed(row, f, offsets)}node->{f.name}_.save({value});")
        else:
            lines.append(f"    node->{f.name}_ = detail::keep({f.name});")
    return [*lines, "  }"]


def needed(row: Row, f: Saved, offsets: dict[str, str]) -> str:
    params = {p.name: p for p in row.params}
    tensors = [i for i in sorted(f.inputs) if params[i].is_tensor]
    if any(params[i].is_list for i in tensors) or any("_count" in offsets[i] for i in tensors):
        return ""
    return "if (" + " || ".join(f"node->needs({offsets[i]})" for i in tensors) + ") "


def finish(row: Row, code: NodeCode, how: str, outputs: list[str] | None = None) -> list[str]:
    if row.attrs.get("grad") is None or (not row.grads and row.attrs["grad"] != ZERO):
        return []
    names = outputs or row.outputs
    lines = ["  if (node) {"]
    attached = differentiable(row, names)
    lines += [f"    detail::attach(node, {name}, {i}, {how});" for i, name in enumerate(attached)]
    kept = {f.name for f in code.saved if f.source is None}
    for i, (out, name) in enumerate(zip(row.outputs, names, strict=True)):
        if out in kept:
            lines.append(f"    node->{out}_." + (f"save_output({name}, {i});" if name in attached else f"save({name});"))
    return [*lines, "  }"]
