"""What users of an op see: C++ declarations and methods, rows of the Python door, stubs, documentation, tests and bench rows."""
from __future__ import annotations

import json
from dataclasses import dataclass

from bodies import in_namespace, names, parameters
from schema import TYPES, Param, python_params
from table import Row


@dataclass
class Form:
    """One public C++ function of a row."""

    returns: str
    name: str
    params: list[Param]
    mutable: bool = False        # the first parameter is written: Tensor&
    function: bool = True
    method: bool = False
    out: bool = False            # has a `_out` twin


def forms(row: Row) -> list[Form]:
    s, found = row.schema, []
    method, function = row.is_method, row.is_function
    if row.kind in ("inplace", "random") or (row.kind == "composite" and row.name.endswith("_") and s.ret == "T"):
        found.append(Form("Tensor&", row.name, row.params, True, function, method))
        if row.attrs.get("functional"):
            found.append(Form("Tensor", row.base, row.params, False, function, method, row.has_out))
        return found
    found.append(Form(s.returns, row.name, row.params, False, function, method, row.has_out))
    if row.has_inplace:
        found.append(Form("Tensor&", row.name + "_", row.params, True, function, method))
    return found


def alias_names(row: Row, form: Form) -> list[str]:
    suffix = "_" if form.name == row.name + "_" else ""
    return [a + suffix for a in row.attrs.get("aliases", ()) if "." not in a]


def alias_homes(row: Row, form: Form) -> list[tuple[str, str]]:
    """(namespace, name) of the aliases that live in another namespace: functions only."""
    return [a.rsplit(".", 1) for a in row.attrs.get("aliases", ()) if "." in a and form.function and form.name == row.name]


def alias_declarations(row: Row, form: Form) -> list[str]:
    lines = []
    for home, name in alias_homes(row, form):
        target = f"{row.cpp_namespace}::{form.name}"
        text = f"inline {form.returns} {name}({parameters(form.params, defaults=True)}) {{ return {target}({names(form.params)}); }}"
        if form.out:
            ret, params, _ = out_signature(row)
            outs = ["out"] if len(row.outputs) == 1 else [f"out_{o}" for o in row.outputs]
            text += f"\ninline {ret} {name}_out({params}) {{ return {target}_out({', '.join([*outs, *(p.name for p in row.params)])}); }}"
        inner = home.replace(".", "::")
        lines.append(f"namespace {inner} {{\n{text}\n}}")
    return lines


def out_signature(row: Row) -> tuple[str, str, list[str]]:
    """(return type, parameter list, parameter types) of the `_out` twin."""
    if row.schema.ret == "T[]":                  # a list of outputs
        return "void", "TensorList out, " + parameters(row.params, defaults=row.attrs.get("cpp_defaults", True)), ["TensorList", *(p.cpp for p in row.params)]
    outs = ["out"] if len(row.outputs) == 1 else [f"out_{o}" for o in row.outputs]
    ret = "Tensor&" if len(outs) == 1 else f"std::tuple<{', '.join(['Tensor&'] * len(outs))}>"
    # the outputs come first and have no defaults, so the others keep theirs
    text = ", ".join(filter(None, [", ".join(f"Tensor& {o}" for o in outs), parameters(row.params, defaults=row.attrs.get("cpp_defaults", True))]))
    return ret, text, ["Tensor&"] * len(outs) + [p.cpp for p in row.params]


def declarations(row: Row) -> str:
    lines = []
    for form in forms(row):
        for name in [form.name, *alias_names(row, form)]:
            params = parameters(form.params, defaults=row.attrs.get("cpp_defaults", True), first_mutable=form.mutable)
            if name == form.name:
                lines.append(f"RL_API {form.returns} {name}({params});")
            else:
                lines.append(f"inline {form.returns} {name}({params}) {{ return {form.name}({names(form.params)}); }}")
        if [p.base for p in form.params[-2:]] == ["generator?", "options"]:        # LibTorch's order: randn({2, 3}, kDouble)
            before = form.params[:-2]
            lines.append(f"inline {form.returns} {form.name}({parameters(before)}, TensorOptions options) {{ return {form.name}({names(before)}, {{}}, options); }}")
        if form.out:
            ret, params, _ = out_signature(row)
            lines.append(f"RL_API {ret} {form.name}_out({params});")
    homes = [text for form in forms(row) for text in alias_declarations(row, form)]
    return "\n".join([in_namespace(row, "\n".join(lines)), *homes])


FLAT_SPACES = ("fft", "linalg", "special")


def flat_declarations(row: Row) -> str:
    """LibTorch's names in its top namespace, `linalg_inv` beside `linalg::inv`, for this row and its aliases."""
    lines = []
    for form in forms(row):
        if not form.function:
            continue
        homes = [(row.schema.namespace, name) for name in [form.name, *alias_names(row, form)]] + alias_homes(row, form)
        for space, name in homes:
            if space not in FLAT_SPACES or name.startswith("_"):
                continue
            params = parameters(form.params, defaults=row.attrs.get("cpp_defaults", True), first_mutable=form.mutable)
            lines.append(f"inline {form.returns} {space}_{name}({params}) {{ return {space}::{name}({names(form.params)}); }}")
            if form.out:
                ret, params, _ = out_signature(row)
                outs = ["out"] if len(row.outputs) == 1 or row.schema.ret == "T[]" else [f"out_{o}" for o in row.outputs]
                lines.append(f"inline {ret} {space}_{name}_out({params}) {{ return {space}::{name}_out({', '.join([*outs, *(p.name for p in row.params)])}); }}")
    return "\n".join(lines)


def method_pieces(row: Row) -> tuple[str, str]:
    """Declarations inside class Tensor, and their inline definitions."""
    decl, defs = [], []
    for form in forms(row):
        if not form.method:
            continue
        for name in [form.name, *alias_names(row, form)]:
            rest = form.params[1:]
            decl.append(f"  {form.returns} {name}({parameters(rest, defaults=True)}) const;")
            this = "const_cast<Tensor&>(*this)" if form.mutable else "*this"
            call = ", ".join([this, *(p.name for p in rest)])
            defs.append(f"inline {form.returns} Tensor::{name}({parameters(rest)}) const {{ return {row.cpp_namespace}::{form.name}({call}); }}")
    return "\n".join(decl), "\n".join(defs)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def python_rows(row: Row) -> str:
    if row.attrs.get("python", True) is False:
        return ""
    lines = []
    for form in forms(row):
        types = ["Tensor&" if form.mutable and i == 0 else p.cpp for i, p in enumerate(form.params)]
        flags = (1 if form.function else 0) | (2 if form.method else 0)
        varargs = next((i for i, p in enumerate(form.params) if p.name == row.attrs.get("varargs")), -1)
        ret_text = "T" if form.mutable else row.schema.return_text()
        out = "nullptr, nullptr"
        if form.out:
            ret, _, out_types = out_signature(row)
            out = (f"&invoke_out<{', '.join([ret, *out_types])}>, erase(static_cast<{ret} (*)({', '.join(out_types)})>(&{row.cpp_namespace}::{form.name}_out))")
        homes = [(row.schema.namespace, name, flags) for name in [form.name, *alias_names(row, form)]]
        for space, name, kinds in [*homes, *((home, name, 1) for home, name in alias_homes(row, form))]:
            schema = f"{name}({python_params(form.params)}) -> {ret_text}"
            lines.append(f'{{"{name}", "{space}", {quoted(schema)}, {varargs}, {kinds}, &invoke<{", ".join([form.returns, *types])}>, '
                         f'erase(static_cast<{form.returns} (*)({", ".join(types)})>(&{row.cpp_namespace}::{form.name})), {out}, {quoted(row.attrs["doc"])}}},')
    return "\n".join(lines)


# ---- stubs --------------------------------------------------------------------------------------------------------------------

def annotation(p: Param) -> str:
    text = TYPES[p.base].python
    return "int | Sequence[int]" if p.base == "int[]" else text


def stub_params(params: list[Param], varargs: str | None) -> str:
    parts, star = [], False
    for p in params:
        if p.name == varargs:
            parts.append(f"*{p.name}: Any")
            star = True
            continue
        if p.kwonly and not star:
            parts.append("*")
            star = True
        if p.base == "options":
            parts += [*([] if star else ["*"]), "dtype: dtype | None = None", "layout: Any = None", "device: Any = None", "pin_memory: bool = False", "requires_grad: bool = False"]
            star = True
        else:
            parts.append(f"{p.name}: {annotation(p)}" + (f" = {p.default}" if p.default is not None else ""))
    return ", ".join(parts)


def stub_return(row: Row, form: Form) -> str:
    if form.mutable or form.returns in ("Tensor", "Tensor&"):
        return "Tensor"
    if form.returns.startswith("std::tuple"):
        return "tuple[" + ", ".join("Tensor" if t == "T" else "tuple[Tensor, ...]" for t in row.schema.output_types) + "]"
    return {"T[]": "tuple[Tensor, ...]", "S": "Number", "()": "None"}.get(row.schema.ret, row.schema.ret)


def stubs(rows: list[Row]) -> str:
    functions: dict[str, list[str]] = {}
    methods: dict[str, list[str]] = {}
    for row in rows:
        if row.attrs.get("python", True) is False:
            continue
        for form in forms(row):
            for name in [form.name, *alias_names(row, form)]:
                ret = stub_return(row, form)
                if form.function and not row.schema.namespace:
                    extra = ", *, out: Any = None" if form.out and not any(p.kwonly for p in form.params) else ", out: Any = None" if form.out else ""
                    functions.setdefault(name, []).append(f"({stub_params(form.params, row.attrs.get('varargs'))}{extra}) -> {ret}: ...".replace("(, ", "("))
                if form.method:
                    inner = stub_params(form.params[1:], row.attrs.get("varargs"))
                    methods.setdefault(name, []).append(f"(self{', ' + inner if inner else ''}) -> {ret}: ...")
    text = ['# Generated from the op table: what the native module offers.\nfrom collections.abc import Sequence\nfrom typing import Any, overload\n\n'
            "Number = bool | int | float\n\nclass dtype: ...\nclass device: ...\nclass memory_format: ...\nclass Generator: ...\n\nclass Tensor:"]
    text += [render_stub(name, signatures, "    ") for name, signatures in sorted(methods.items())]
    text += ["    def __getattr__(self, name: str) -> Any: ...\n"]
    text += [render_stub(name, signatures, "") for name, signatures in sorted(functions.items())]
    return "\n".join(text) + "\n"


def render_stub(name: str, signatures: list[str], indent: str) -> str:
    mark = f"{indent}@overload\n" if len(signatures) > 1 else ""
    return "\n".join(f"{mark}{indent}def {name}{s}" for s in signatures)


# ---- tests, bench, documentation ------------------------------------------------------------------------------------------------

def test_rows(rows: list[Row]) -> str:
    found = []
    for row in rows:
        a = row.attrs
        found.append({
            "name": row.name, "uid": row.uid, "namespace": row.schema.namespace, "kind": row.kind, "schema": row.schema.text(), "where": row.where,
            "outputs": row.outputs, "returns": row.schema.ret, "params": [[p.type, p.name, p.default, p.kwonly] for p in row.params],
            "method": row.is_method, "function": row.is_function, "inplace": row.has_inplace or row.kind in ("inplace", "random"), "out": row.has_out,
            "functional": bool(a.get("functional")), "math": a.get("math"), "promote": a.get("promote"), "types": a.get("types"), "aliases": list(a.get("aliases", ())),
            "differentiable": bool(row.grads) if row.kind != "composite" else None, "samples": list(a.get("samples", ())), "ref": a.get("ref"),
            "domain": a.get("domain"), "tolerance": a.get("tolerance"), "gradcheck": a.get("gradcheck", True), "reject": list(a.get("reject", ())), "python": a.get("python", True),
            "complex": a.get("complex") if isinstance(a.get("complex"), dict) else bool(a.get("complex")),
        })
    return json.dumps(found, indent=0) + "\n"


def bench_call(row: Row, args: str) -> str:
    """The call of a row's function (of the functional form of an in-place row), or of its method if it has no function."""
    name = row.base if row.attrs.get("functional") else row.name
    if not row.is_function:
        first, _, rest = args[1:-1].partition(",")
        return f"{first}.{name}({rest.strip()})"
    return "torch." + (row.schema.namespace + "." if row.schema.namespace else "") + name + args


def bench_rows(rows: list[Row]) -> str:
    """What bench/op_table.py times: pointwise rows by themselves, others by `bench=`: an expression, or the arguments "(m, 1)"; bench/operands.py has the names."""
    found = []
    for row in rows:
        bench = row.attrs.get("bench")
        if row.name.startswith("_") and not bench or row.schema.namespace.startswith("_") or row.attrs.get("python", True) is False:
            continue
        entry = {"name": row.uid, "kind": row.kind, "domain": row.attrs.get("domain"), "layouts": ["contiguous"]}
        if bench:
            entry["expr"] = bench_call(row, bench) if bench.startswith("(") else bench
        elif row.is_pointwise and (row.schema.letters.strip("T") == "" or row.schema.letters in ("S", "TS") and not row.schema.namespace):
            free, at = iter("xyz"), row.attrs.get("condition")
            kept = [p for p in row.params if p.default is None or p.is_tensor]
            args = ["b" if i == at else next(free) if p.is_tensor else {"S": "{number}", "int": "2", "float": "0.5"}[p.base] for i, p in enumerate(kept)]
            tensors = sum(a in "xyz" for a in args)
            entry |= {"expr": bench_call(row, f"({', '.join(args)})"), "layouts": ["contiguous", "transposed", "broadcast"][: 3 if tensors > 1 else 2]}
        entry["backward"] = bool(row.grads) or row.kind == "composite"
        found.append(entry)
    return json.dumps(found, indent=0) + "\n"


def docs(rows: list[Row]) -> str:
    text = ["# Operations\n\nGenerated from the op table: every function and Tensor method, its signature and what it does. `T` is a tensor, `S` a number.\n"]
    by_space: dict[str, list[Row]] = {}
    for row in rows:
        if not row.name.startswith("_") and not row.schema.namespace.startswith("_"):
            by_space.setdefault(row.schema.namespace, []).append(row)
    for space, members in sorted(by_space.items()):
        text.append(f"\n## {'rushlight' + ('.' + space if space else '')}\n")
        for row in sorted(members, key=lambda r: r.uid):
            extra = [word for word, on in (("in-place", row.has_inplace), ("out=", row.has_out), ("method", row.is_method), ("no gradient", not row.grads and row.kind not in ("composite", "factory")),
                                          (f"autocast: {row.attrs.get('amp')}", row.attrs.get("amp"))) if on]
            text.append(f"- `{row.schema.text()}`: {row.attrs['doc']}" + (f" *({', '.join(extra)})*" if extra else ""))
    return "\n".join(text) + "\n"
