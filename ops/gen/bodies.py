"""Op bodies: entry hook -> checks and meta -> record -> allocate -> kernel -> attach."""
from __future__ import annotations

import json
from collections.abc import Callable

from mathlang import lane_code
from schema import Param
from table import Row

import autograd
from autograd import begin, finish, node_struct

COMPUTE = {"f": ["f32", "f64"], "i": ["i64", "i32", "u64"]}
COMPLEX = ["c64", "c128"]
SLOTS = ["f32", "f64", "i64", "i32", "u64", *COMPLEX]
LANES = {"f32": "F32", "f64": "F64", "i64": "I64", "i32": "I32", "u64": "U64", "c64": "C64", "c128": "C128"}
ISAS = ["base", "avx2", "avx512"]
PROMOTIONS = {"same": "Same", "float": "Float", "bool": "Bool"}


def parameters(params: list[Param], defaults: bool = False, first_mutable: bool = False) -> str:
    """A C++ parameter list. Defaults only where every later parameter has one."""
    parts = []
    for i, p in enumerate(params):
        type_ = "Tensor&" if first_mutable and i == 0 else p.cpp
        show = defaults and all(q.default is not None for q in params[i:])
        parts.append(f"{type_} {p.name}{p.cpp_default() if show else ''}")
    return ", ".join(parts)


def names(params: list[Param]) -> str:
    return ", ".join(p.name for p in params)


def in_namespace(row: Row, text: str) -> str:
    inner = row.schema.namespace.replace(".", "::")
    return f"namespace {inner} {{\n{text}\n}}" if inner else text


def compute_types(row: Row) -> list[str]:
    default = "f" if row.attrs.get("promote") == "float" else "fi"
    return [t for letter in row.attrs.get("types", default) for t in COMPUTE[letter]] + (COMPLEX if row.attrs.get("complex") else [])


def constants(row: Row) -> list[Param]:
    """S parameters that the loop takes as constants."""
    operands = {p.name for p in row.operands()}
    return [p for p in row.params if p.type in ("S", "float", "int") and p.name not in operands]


def pointwise_key(row: Row) -> str:
    """Overloads that share one formula share one loop."""
    return "_".join(p for p in (row.schema.namespace.replace(".", "_"), row.name, row.attrs.get("overload", "")) if p)


def functor(row: Row) -> str:
    """The formula over a lane type; `complex="…"` gives complex numbers one of their own."""
    operands = "abc"[:len(row.operands())] if len(row.operands()) > 1 else "x"
    args = [*operands, *(p.name for p in constants(row))]
    formulas = {"": row.attrs["math"]}
    if isinstance(text := row.attrs.get("complex"), str):
        formulas["_complex"] = text
    return "".join(f"struct {pointwise_key(row)}{kind}_f {{\n  template <class V>\n  static auto call({', '.join(f'[[maybe_unused]] V {a}' for a in args)}) "
                   f"{{ return {lane_code(text, set(args))}; }}\n}};\n" for kind, text in formulas.items())


def loops(row: Row) -> str:
    key, n, k = pointwise_key(row), len(row.operands()), len(constants(row))
    kind = "_complex" if isinstance(row.attrs.get("complex"), str) else ""
    return "".join(f"void {key}_{t}(const PointwiseArgs& args) {{ {'complex' if t in COMPLEX else 'pointwise'}_loop<{LANES[t]}, f::{key}{kind if t in COMPLEX else ''}_f, {n}, {k}>(args); }}\n"
                   for t in compute_types(row))


def loop_declarations(row: Row) -> str:
    key = pointwise_key(row)
    return "".join(f"void {key}_{t}(const PointwiseArgs&);\n" for t in compute_types(row))


def info(row: Row) -> str:
    """The constant description of a pointwise op: promotion and kernel slots."""
    key, have = pointwise_key(row), compute_types(row)
    slots = ", ".join("{" + (", ".join(f"cpu::{isa}::{key}_{t}" for isa in ISAS) if t in have else "nullptr, nullptr, nullptr") + "}" for t in SLOTS)
    condition = row.attrs.get("condition", -1)
    reject = " | ".join(f"plan::kReject{word.capitalize()}" for word in row.attrs.get("reject", ())) or "0"
    real = "true" if row.attrs.get("real_result") else "false"
    return (f"extern const plan::PointwiseInfo {key}_info;\nconst plan::PointwiseInfo {key}_info{{\"{row.name}\", plan::Promotion::{PROMOTIONS[row.attrs.get('promote', 'same')]}, "
            f"{len(row.operands())}, {len(constants(row))}, {condition}, {real}, {reject}, {row.attrs.get('ns', 0.3)}f, {{{slots}}}}};\n")


def pointwise(row: Row) -> str:
    code = autograd.analyse(row)
    has_node = bool(row.grads) or row.attrs["grad"] == autograd.ZERO
    out = [node_struct(row, code)] if has_node else []
    run = f"{row.uid}_run"
    body = [f"void {run}({parameters(row.params)}, Tensor& result, {'' if row.has_inplace or row.has_out or has_node else '[[maybe_unused]] '}How how) {{", f'  detail::entry("{row.name}");']
    if check := row.attrs.get("check"):
        body.append(f"  {check};")
    body += begin(row, code, "how")
    chosen = row.attrs.get("info") if "S" in row.schema.letters[1:] else None
    operands = ", ".join(p.name for p in row.operands())
    values = ", ".join(p.name for p in constants(row))
    body.append(f"  plan::pointwise({chosen or pointwise_key(row) + '_info'}, {{{operands}}}, {{{values}}}, result, how);")
    body += finish(row, code, "how")
    out.append("\n".join([*body, "}"]))
    text = "namespace {\n" + "\n".join(out) + "\n}\n"
    forms = [f"Tensor {row.name}({parameters(row.params)}) {{\n  Tensor result;\n  {run}({names(row.params)}, result, How::New);\n  return result;\n}}"]
    if row.has_inplace:
        forms.append(f"Tensor& {row.name}_({parameters(row.params, first_mutable=True)}) {{\n  {run}({names(row.params)}, {row.params[0].name}, How::InPlace);\n  return {row.params[0].name};\n}}")
    if row.has_out:
        forms.append(f"Tensor& {row.name}_out(Tensor& out, {parameters(row.params)}) {{\n  {run}({names(row.params)}, out, How::Out);\n  return out;\n}}")
    return text + in_namespace(row, "\n".join(forms))


def single_tensors(row: Row) -> str:
    return ", ".join(f"&{p.name}" for p in row.tensors() if not p.is_list)


def argument_of_out(row: Row) -> Callable[[Param], str]:
    """What the `_out` twin passes on: its arguments, with out's dtype where the op takes one and none is given."""
    def given(p: Param) -> str:
        if p.base == "options":
            return "options.has_dtype() ? options : options.dtype(out.dtype())"
        return "dtype ? dtype : out.dtype()" if p.name == "dtype" and row.attrs.get("out_computes") else p.name
    return given


def amp_part(row: Row, target: str | None = None) -> str:
    """What a row with amp= does under autocast, out of the way of its body: casts, and calls `target` with autocast off."""
    policy = row.attrs.get("amp")
    if not policy:
        return ""
    tensors = row.tensors()
    lines = [f"[[gnu::cold, gnu::noinline]] {row.schema.returns} {row.uid}_amp({parameters(row.params)}) {{",
             f"  detail::AmpCall amp(detail::AmpPolicy::k{policy.capitalize()});"]
    if policy == "promote":
        lines += [f"  amp.consider({p.name});" for p in tensors]
    lines += [f"  const auto amp_{p.name} = amp.cast({p.name});" for p in tensors]
    call = ", ".join(f"amp_{p.name}" if p.is_tensor else p.name for p in row.params)
    return "\n".join(["namespace {", *lines, f"  return {row.cpp_namespace}::{target or row.base}({call});", "}", "}"]) + "\n"


def amp_branch(row: Row, test: str) -> str:
    """Goes to amp_part when `test` says that autocast is on."""
    condition = f"{test} && {row.attrs['amp_if']}" if row.attrs.get("amp_if") else test
    return f"  if ({condition}) [[unlikely]] return {row.uid}_amp({names(row.params)});"


def entry(row: Row, functional: bool = False) -> str:
    """What a body does first: the hooks, one of which is autocast for functions that return a new tensor."""
    test = f'detail::entry("{row.name}")'
    return amp_branch(row, test) if functional and row.attrs.get("amp") else f"  {test};"


def amp_front(row: Row) -> str:
    """The public function of a composite with amp=. Its body, written by hand, has the name with `_plain`."""
    plain, given = f"{row.name}_plain", parameters(row.params)
    return (f"{row.schema.returns} {plain}({given});\n{amp_part(row, plain)}{row.schema.returns} {row.name}({given}) {{\n"
            f"{amp_branch(row, 'detail::autocasting()')}\n  return {row.cpp_namespace}::{plain}({names(row.params)});\n}}")


def out_rule(row: Row) -> str:
    """The last argument of store_out. out="words": the dtype must be the result's, else an error that begins with them;
    out="castable: words" and "castable TypeError: words": it must hold the result's, else an error that begins with them.
    out="kind: words": that, and be complex as the result is."""
    words = row.attrs.get("out")
    if not isinstance(words, str):
        return ""
    rules = {"kind: ": "SameKind", "bool: ": "Truth", "real: ": "CastableOrReal", "castable: ": "Castable", "castable TypeError: ": "CastableOrTypeError", "": "Exact"}
    start = next(s for s in rules if words.startswith(s))
    return f", detail::OutRule::{rules[start]}, {json.dumps(words.removeprefix(start))}"


def out_form(row: Row) -> str:
    """out= of an op that computes first and then stores, resizing where PyTorch would."""
    rule = out_rule(row)
    off = ["  const detail::NoAutocast off;"] if row.attrs.get("amp") else []
    if row.schema.ret == "T[]":
        checked = ", ".join(filter(None, ["&target", single_tensors(row)]))
        return (f"void {row.base}_out(TensorList out, {parameters(row.params)}) {{\n"
                f'  const std::vector<Tensor> results = {row.cpp_namespace}::{row.base}({names(row.params)});\n'
                f'  check(out.size() == results.size(), "{row.base}_out expected an out= argument of size {{}}, got size {{}}", results.size(), out.size());\n'
                f"  for (size_t i = 0; i < results.size(); ++i) {{\n    Tensor target = out[i];\n"
                f'    detail::check_target("{row.base}", target, How::Out, {{{checked}}});\n    detail::store_out("{row.base}", target, results[i]{rule});\n  }}\n}}')
    outs = ["out"] if len(row.outputs) == 1 else [f"out_{o}" for o in row.outputs]
    params = ", ".join([*(f"Tensor& {o}" for o in outs), parameters(row.params)]) if row.params else ", ".join(f"Tensor& {o}" for o in outs)
    lines = off + [f'  detail::check_target("{row.base}", {o}, How::Out, {{{single_tensors(row)}}});' for o in outs]
    if row.attrs.get("out_apart"):
        lines += [f'  detail::check_apart("{row.base}", {o}, {p.name});' for o in outs for p in row.tensors()]
    name, given = row.base, argument_of_out(row)
    call = f"{row.cpp_namespace}::{name}({', '.join(map(given, row.params))})"
    if len(outs) == 1:
        lines.append(f'  detail::store_out("{row.base}", out, {call}{rule});')
        ret, value = "Tensor&", "out"
    else:
        lines.append(f"  auto results = {call};")
        lines += [f'  detail::store_out("{row.base}", {o}, std::get<{i}>(results){rule});' for i, o in enumerate(outs)]
        ret, value = f"std::tuple<{', '.join(['Tensor&'] * len(outs))}>", "{" + ", ".join(outs) + "}"
    return f"{ret} {name}_out({params}) {{\n" + "\n".join(lines) + f"\n  return {value};\n}}"


def metas(row: Row) -> list[str]:
    meta = row.attrs["meta"]
    if isinstance(meta, str):
        meta = (meta,)
    if len(meta) == 1 and len(row.outputs) > 1:
        head = [f"  const auto metas = {meta[0]};"]
        return head + [f"  Tensor {o} = detail::allocate_tensor(metas[{i}].sizes, metas[{i}].strides, metas[{i}].dtype);" for i, o in enumerate(row.outputs)]
    lines = []
    for i, (o, text) in enumerate(zip(row.outputs, meta, strict=True)):
        lines += [f"  const Meta meta_{i} = {text};", f"  Tensor {o} = detail::allocate_tensor(meta_{i}.sizes, meta_{i}.strides, meta_{i}.dtype);"]
    return lines


def op(row: Row) -> str:
    code = autograd.analyse(row)
    has_node = bool(row.grads) or row.attrs["grad"] == autograd.ZERO
    text = ("namespace {\n" + node_struct(row, code) + "\n}\n" if has_node else "") + amp_part(row)
    head = metas(row)
    call = f"  cpu::{row.kernel}({names(row.params)}, {', '.join(row.outputs)});"
    ret = row.outputs[0] if len(row.outputs) == 1 else "{" + ", ".join(row.outputs) + "}"
    body = [entry(row, functional=True), *head, *begin(row, code, "How::New"), call, *finish(row, code, "How::New"), f"  return {ret};"]
    forms = [f"{row.schema.returns} {row.name}({parameters(row.params)}) {{\n" + "\n".join(body) + "\n}"]
    if row.has_inplace:
        first = row.params[0].name
        body = [f'  detail::check_target("{row.name}_", {first}, How::InPlace, {{{single_tensors(row)}}});', entry(row), *head, *begin(row, code, "How::InPlace"), call,
                f'  detail::store_inplace("{row.name}_", {first}, {row.outputs[0]});', *finish(row, code, "How::InPlace", [first]), f"  return {first};"]
        forms.append(f"Tensor& {row.name}_({parameters(row.params, first_mutable=True)}) {{\n" + "\n".join(body) + "\n}")
    if row.has_out:
        forms.append(out_form(row))
    return text + in_namespace(row, "\n".join(forms))


def inplace(row: Row) -> str:
    code = autograd.analyse(row)
    row_grad = row.attrs.get("grad", autograd.ZERO)
    row.attrs.setdefault("grad", row_grad)
    has_node = bool(row.grads) or row_grad == autograd.ZERO
    text = ("namespace {\n" + node_struct(row, code) + "\n}\n" if has_node else "") + amp_part(row)
    first = row.params[0].name
    body = [f'  detail::entry("{row.name}");', f'  detail::check_target("{row.name}", {first}, How::InPlace, {{{single_tensors(row)}}}{", true" if row.attrs.get("expanded") else ""});']
    if check := row.attrs.get("check"):
        body.append(f"  {check};")
    body += [*begin(row, code, "How::InPlace"), f"  cpu::{row.kernel}({names(row.params)});", f"  detail::written({first});",
             *finish(row, code, "How::InPlace", [first]), f"  return {first};"]
    forms = [f"Tensor& {row.name}({parameters(row.params, first_mutable=True)}) {{\n" + "\n".join(body) + "\n}"]
    if row.attrs.get("functional"):
        start = functional if isinstance(functional := row.attrs["functional"], str) else f"{first}.clone()"
        rest = ", ".join(["result", *(p.name for p in row.params[1:])])
        if row.has_out:
            forms.append(out_form(row))
        cast = amp_branch(row, "detail::autocasting()") + "\n" if row.attrs.get("amp") else ""
        forms.append(f"Tensor {row.base}({parameters(row.params)}) {{\n{cast}  Tensor result = {start};\n  {row.name}({rest});\n  return result;\n}}")
    return text + in_namespace(row, "\n".join(forms))


def view(row: Row) -> str:
    code = autograd.analyse(row)
    text = ("namespace {\n" + node_struct(row, code) + "\n}\n" if row.grads else "") + amp_part(row)
    make = "detail::make_view" if row.grads else "detail::alias"
    first = row.params[0].name
    body = [entry(row, functional=True), f"  const Geometry geometry = {row.attrs['geom']};",
            f"  Tensor result = {make}({first}, geometry);",
            *begin(row, code, "How::New"), *finish(row, code, "How::New"), "  return result;"]
    return text + in_namespace(row, f"Tensor {row.name}({parameters(row.params)}) {{\n" + "\n".join(body) + "\n}")


def body(row: Row) -> str:
    if row.is_pointwise:
        return pointwise(row)
    if row.kind == "op":
        return op(row)
    if row.kind in ("inplace", "random"):
        return inplace(row)
    if row.kind == "view":
        return view(row)
    fronts = [amp_front(row)] if row.kind == "composite" and row.attrs.get("amp") else []
    return in_namespace(row, "\n".join([*fronts, *([out_form(row)] if row.has_out else [])])) if fronts or row.has_out else ""


def kernel_declaration(row: Row) -> str:
    if row.kind == "op":
        return f"void {row.kernel}({parameters(row.params)}, {', '.join('Tensor& ' + o for o in row.outputs)});\n"
    if row.kind in ("inplace", "random"):
        return f"void {row.kernel}({parameters(row.params)});\n"
    return ""
