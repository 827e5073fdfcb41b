"""Translates bodies: Python statements and expressions of the checked subset to C++, with types."""
from __future__ import annotations

import ast

from layers_calls import Sources, Value, as_param, bind, fits, join_arguments, keyword_nodes
from layers_source import Argument, Function, Layer, location
from layers_types import (
    DTYPES,
    ERRORS,
    HELPERS,
    KINDS,
    MATH,
    MODULE_MEMBERS,
    NUMBERS,
    OPTIONAL,
    TENSOR_ATTRIBUTES,
    TENSOR_METHODS,
    HandWrite,
    quoted,
)

COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
OWNERS = {"init": "init::", "_init": "init::"}


class Body:
    """The translation of one function's body."""

    def __init__(self, sources: Sources, function: Function, layer: Layer | None, members: dict[str, str], inside_init: bool = False) -> None:
        self.sources, self.function, self.layer, self.members = sources, function, layer, members
        self.inside_init = inside_init                              # of nn/init.py: its own functions need no prefix
        self.scopes: list[dict[str, str]] = [{a.name: a.type for a in function.kept}]

    # ---- errors and names ---------------------------------------------------------------------------------------------------

    def fail(self, node: ast.AST, why: str) -> HandWrite:
        owner = f"{self.layer.name}." if self.layer else ""
        return HandWrite(f"{location(self.function.where, node)}: {owner}{self.function.name}: `{ast.unparse(node)[:70]}`: {why}: outside the subset, "
                         "hand-write this layer (see HAND_WRITTEN in ops/gen/layers.py)")

    def local(self, name: str) -> str | None:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    # ---- expressions --------------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Value:
        method = getattr(self, "on_" + type(node).__name__, None)
        if method is None:
            raise self.fail(node, f"{type(node).__name__} expression")
        return method(node)

    def nested(self, node: ast.expr) -> Value:
        """As an operand: in parentheses unless it is simple."""
        v = self.value(node)
        return v if v.simple else Value(f"({v.text})", v.type)

    def number(self, node: ast.expr) -> Value:
        """An operand of arithmetic: optionals are read."""
        v = self.nested(node)
        if v.type in OPTIONAL and OPTIONAL[v.type] in NUMBERS:
            return Value(f"*{v.text}", OPTIONAL[v.type])
        if v.type == "number":
            return Value(v.text, "float")
        if v.type not in NUMBERS:
            raise self.fail(node, f"arithmetic on {v.type}")
        return v

    def on_Constant(self, node: ast.Constant) -> Value:
        v = node.value
        if v is None:
            return Value("{}", "None")
        if isinstance(v, bool):
            return Value("true" if v else "false", "bool")
        if isinstance(v, str):
            return Value(quoted(v), "str")
        if isinstance(v, int | float):
            return Value(repr(v), type(v).__name__)
        raise self.fail(node, "constant")

    def on_Name(self, node: ast.Name) -> Value:
        type_ = self.local(node.id)
        if type_ is None:
            raise self.fail(node, "unknown name")
        return Value(node.id, type_)

    def on_Attribute(self, node: ast.Attribute) -> Value:
        path = ast.unparse(node)
        if path in DTYPES:
            return Value(DTYPES[path], "DType")
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            type_ = self.members.get(node.attr) or MODULE_MEMBERS.get(node.attr)
            if type_ is None:
                raise self.fail(node, "member that __init__ does not set")
            return Value(f"this->{node.attr}", type_)
        owner = self.value(node.value)
        if owner.type.startswith("Tensor") and node.attr in TENSOR_ATTRIBUTES:
            text, type_ = TENSOR_ATTRIBUTES[node.attr]
            return Value(f"{owner.text}.{text}", type_)
        raise self.fail(node, "attribute")

    def on_UnaryOp(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Value("!" + self.parenthesized(self.condition(node.operand)), "bool")
        if isinstance(node.op, ast.USub):
            v = self.number(node.operand)
            return Value(f"-{v.text}", v.type)
        raise self.fail(node, "operator")

    def on_BinOp(self, node: ast.BinOp) -> Value:
        left, right = self.nested(node.left), self.nested(node.right)
        if isinstance(node.op, ast.Add) and left.type == right.type == "str":
            parts = [v.text[4:-1] if v.text.startswith("cat(") else v.text for v in (left, right)]
            return Value(f"cat({', '.join(parts)})", "str")
        left, right = self.number(node.left), self.number(node.right)
        both_int = left.type in ("int", "bool") and right.type in ("int", "bool")
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            if not both_int:
                raise self.fail(node, "// and % of floats")
            return Value(f"{'floor_div' if isinstance(node.op, ast.FloorDiv) else 'floor_mod'}({left.text}, {right.text})", "int")
        if isinstance(node.op, ast.Pow):
            return Value(f"std::pow({left.text}, {right.text})", "float")
        if type(node.op) not in ARITHMETIC:
            raise self.fail(node, "operator")
        if isinstance(node.op, ast.Div):
            text = f"double({left.text})" if both_int else left.text
            return Value(f"{text} / {right.text}", "float", False)
        return Value(f"{left.text} {ARITHMETIC[type(node.op)]} {right.text}", "int" if both_int else "float", False)

    @staticmethod
    def parenthesized(v: Value) -> str:
        return v.text if v.simple else f"({v.text})"

    def on_BoolOp(self, node: ast.BoolOp) -> Value:
        word = " && " if isinstance(node.op, ast.And) else " || "
        parts = []
        for item in node.values:
            v = self.condition(item)
            parts.append(f"({v.text})" if isinstance(item, ast.BoolOp) else v.text)
        return Value(word.join(parts), "bool", False)

    def on_Compare(self, node: ast.Compare) -> Value:
        if len(node.ops) != 1:
            raise self.fail(node, "chained comparison")
        op, right = node.ops[0], node.comparators[0]
        if isinstance(op, ast.Is | ast.IsNot):
            return self.is_none(node, isinstance(op, ast.Is))
        if isinstance(op, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple):
                raise self.fail(node, "`in` something else than a tuple of constants")
            same, word = ("==", " || ") if isinstance(op, ast.In) else ("!=", " && ")
            left = self.nested(node.left)
            return Value(word.join(f"{left.text} {same} {self.value(e).text}" for e in right.elts), "bool", False)
        if type(op) not in COMPARE:
            raise self.fail(node, "comparison")
        left, other = self.nested(node.left), self.nested(right)
        if left.type in LISTS_TO_COMPARE or other.type in LISTS_TO_COMPARE:
            if not isinstance(op, ast.Eq | ast.NotEq):
                raise self.fail(node, "order of lists")
            return Value(f"{'!' if isinstance(op, ast.NotEq) else ''}same({left.text}, {other.text})", "bool")
        if left.type == "str" or other.type == "str":
            return Value(f"{left.text} {COMPARE[type(op)]} {other.text}", "bool", False)
        return Value(f"{self.number(node.left).text} {COMPARE[type(op)]} {self.number(right).text}", "bool", False)

    def is_none(self, node: ast.Compare, positive: bool) -> Value:
        if not (isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value is None):
            raise self.fail(node, "`is` something else than None")
        v = self.nested(node.left)
        if v.type.startswith("Tensor"):
            return Value(f"{'!' if positive else ''}{v.text}.defined()", "bool")
        if v.type.endswith(" | None"):
            return Value(f"{'!' if positive else ''}{v.text}.has_value()", "bool")
        raise self.fail(node, f"{v.type} is never None")

    def condition(self, node: ast.expr) -> Value:
        v = self.value(node)
        if v.type != "bool":
            raise self.fail(node, f"the truth of {v.type}; say what is compared")
        return v

    def on_IfExp(self, node: ast.IfExp) -> Value:
        test = node.test
        # `a if x is None else x` (and its mirror image) reads an optional
        if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot):
            given, other = (node.orelse, node.body) if isinstance(test.ops[0], ast.Is) else (node.body, node.orelse)
            v = self.value(test.left)
            if ast.unparse(given) == ast.unparse(test.left) and v.type in OPTIONAL:
                return Value(f"{v.text}.value_or({self.value(other).text})", OPTIONAL[v.type])
            if v.type in OPTIONAL and isinstance(test.left, ast.Name):
                # inside the branch the name is the value itself
                self.scopes.append({test.left.id: OPTIONAL[v.type]})
                taken = self.value(given)
                self.scopes.pop()
                taken.text = taken.text.replace(v.text, f"*{v.text}")
                absent = self.value(other)
                first, second = (absent, taken) if isinstance(test.ops[0], ast.Is) else (taken, absent)
                return self.choice(node, self.condition(test), first, second)
        return self.choice(node, self.condition(test), self.nested(node.body), self.nested(node.orelse))

    def choice(self, node: ast.expr, test: Value, first: Value, second: Value) -> Value:
        types = {first.type, second.type}
        if len(types) > 1 and not types <= NUMBERS:
            raise self.fail(node, f"branches of types {first.type} and {second.type}")
        type_ = first.type if len(types) == 1 else "float"
        return Value(f"{self.parenthesized(test)} ? {first.text} : {second.text}", type_, False)

    def on_JoinedStr(self, node: ast.JoinedStr) -> Value:
        parts = []
        for item in node.values:
            if isinstance(item, ast.Constant):
                parts.append(quoted(item.value))
                continue
            if item.format_spec or item.conversion not in (-1, 114):
                raise self.fail(node, "format of a hole")
            v = self.value(item.value)
            parts.append(f"quoted({v.text})" if item.conversion == 114 else v.text)
        return Value(f"cat({', '.join(parts)})", "str")

    def on_Tuple(self, node: ast.Tuple) -> Value:
        plain = [self.value(e) for e in node.elts if not isinstance(e, ast.Starred)]
        if any(v.type != "int" for v in plain):
            raise self.fail(node, "tuple of something else than ints")
        if not any(isinstance(e, ast.Starred) for e in node.elts):
            return Value("{" + ", ".join(v.text for v in plain) + "}", "tuple")
        if not isinstance(node.elts[-1], ast.Starred) or any(isinstance(e, ast.Starred) for e in node.elts[:-1]):
            raise self.fail(node, "a star that is not last")
        return Value(f"concat({{{', '.join(v.text for v in plain)}}}, {self.value(node.elts[-1].value).text})", "tuple")

    def on_Subscript(self, node: ast.Subscript) -> Value:
        owner = self.nested(node.value)
        if isinstance(node.slice, ast.Slice):
            if owner.type != "shape" or node.slice.upper or node.slice.step or not node.slice.lower:
                raise self.fail(node, "slice")
            return Value(f"tail({owner.text}, {self.value(node.slice.lower).text})", "shape")
        if owner.type.startswith("Tensor"):
            return Value(f"{owner.text}[{self.number(node.slice).text}]", "Tensor")
        if owner.type in ("IntList", "list[int]", "shape"):
            return Value(f"{owner.text}[{self.number(node.slice).text}]", "int")
        raise self.fail(node, "subscript")

    # ---- calls --------------------------------------------------------------------------------------------------------------

    def on_Call(self, node: ast.Call) -> Value:
        name = ast.unparse(node.func)
        if name in HELPERS or name in MATH:
            twin, type_ = HELPERS.get(name) or MATH[name]
            if node.keywords:
                raise self.fail(node, "keyword to a helper")
            return Value(f"{twin}({', '.join(self.value(a).text for a in node.args)})", type_)
        if name in self.sources.ops:
            return self.op(node, self.sources.ops[name], "")
        if isinstance(node.func, ast.Attribute):
            return self.attribute_call(node, node.func)
        if self.inside_init and name in self.sources.inits:
            return self.own(node, name, self.sources.inits[name])
        raise self.fail(node, "a function that neither the op table nor the sources know")

    def attribute_call(self, node: ast.Call, func: ast.Attribute) -> Value:
        owner = func.value
        if isinstance(owner, ast.Name) and owner.id in OWNERS and func.attr in self.sources.inits:
            return self.own(node, OWNERS[owner.id] + func.attr, self.sources.inits[func.attr])
        if isinstance(owner, ast.Name) and owner.id == "self":
            method = self.layer.find(func.attr) if self.layer else None
            if method is None:
                raise self.fail(node, "unknown method")
            return self.own(node, "this->" + func.attr, method)
        if isinstance(owner, ast.Name) and owner.id in ("F", "torch", "math", "init", "warnings"):
            raise self.fail(node, f"{ast.unparse(func)} is no row of the op table (yet)")
        target = self.nested(owner)
        if target.type == "str" and func.attr == "lower":
            return Value(f"lower({target.text})", "str")
        if not target.type.startswith("Tensor"):
            raise self.fail(node, f"method of {target.type}")
        if func.attr in TENSOR_METHODS:
            args = ", ".join(self.value(a).text for a in node.args)
            return Value(f"{target.text}.{'item<double>' if func.attr == 'item' else func.attr}({args})", TENSOR_METHODS[func.attr])
        if func.attr in self.sources.methods:
            return self.op(node, self.sources.methods[func.attr], f"{target.text}.", target.text)
        raise self.fail(node, f"Tensor.{func.attr} is no row of the op table (yet)")

    def op(self, node: ast.Call, overloads: list, owner: str, first: str = "") -> Value:
        """A call of an op: the first overload that takes the arguments."""
        keywords = {k: v for k, v in keyword_nodes(node).items() if not hasattr(v, "dropped")}
        options = {k: keywords.pop(k) for k in ("dtype", "device") if k in keywords and any(p.base == "options" for p in overloads[0].params)}
        args = [self.value(a) for i, a in enumerate(node.args) if not all(hasattr(b, "dropped") for b in node.args[i:])]
        named = {k: self.value(v) for k, v in keywords.items()}
        first = first or (args[0].text if args else "")
        for i, v in enumerate(args):
            if v.type == "IntList | str":                       # one overload takes a list, one a text
                calls = [self.op_text(node, overloads, owner, [*args[:i], Value(f"{v.text}.{how}()", type_), *args[i + 1:]], named, {}, first)
                         for how, type_ in (("text", "str"), ("list", "IntList"))]
                return Value(f"{v.text}.is_text() ? {calls[0][0]} : {calls[1][0]}", calls[0][1], False)
        return Value(*self.op_text(node, overloads, owner, args, named, options, first))

    def op_text(self, node: ast.Call, overloads: list, owner: str, args: list[Value], named: dict[str, Value], options: dict, first: str) -> tuple[str, str]:
        for overload in overloads:
            values = bind(overload.params, args, named)
            if values is None or not fits(overload.params, values):
                continue
            texts = [None if v is None else as_param(p, v, first) for p, v in zip(overload.params, values, strict=False)]
            if options:
                at = next(i for i, p in enumerate(overload.params) if p.base == "options")
                texts[at] = "TensorOptions()" + "".join(f".{k}({self.value(options[k]).text})" for k in ("device", "dtype") if k in options)
            return f"{owner}{overload.name}({join_arguments(overload.params, texts)})", overload.result
        have = ", ".join(v.type for v in args) + "".join(f", {k}={v.type}" for k, v in named.items())
        raise self.fail(node, f"no overload takes ({have})")

    def own(self, node: ast.Call, name: str, function: Function) -> Value:
        """A call of a function or method of the sources."""
        return Value(f"{name}({self.own_arguments(node, function.kept, function.args)})", function.result)

    def own_arguments(self, node: ast.Call, kept: list[Argument], every: list[Argument]) -> str:
        values = bind(every, list(node.args), keyword_nodes(node))
        if values is None:
            raise self.fail(node, "arguments do not fit the signature")
        pairs = [(a, v) for a, v in zip(every, values, strict=False) if a in kept]
        while pairs and pairs[-1][1] is None:
            pairs.pop()
        return ", ".join(self.argument(a, v if v is not None else a.default) for a, v in pairs)

    def argument(self, parameter: Argument, node: ast.expr) -> str:
        v = self.value(node)
        if v.type == "None":
            return "Tensor()" if parameter.type.startswith("Tensor") else "std::nullopt"
        if v.type in OPTIONAL and not parameter.type.endswith("None"):
            return f"*{v.text}"
        return v.text

    # ---- statements ---------------------------------------------------------------------------------------------------------

    def block(self, statements: list[ast.stmt], indent: int) -> str:
        self.scopes.append({})
        text = "".join(self.statement(s, "  " * indent, indent) for s in statements)
        self.scopes.pop()
        return text

    def statement(self, node: ast.stmt, pad: str, indent: int) -> str:
        method = getattr(self, "do_" + type(node).__name__, None)
        if method is None:
            raise self.fail(node, f"{type(node).__name__} statement")
        return method(node, pad, indent)

    def do_Pass(self, node: ast.Pass, pad: str, indent: int) -> str:
        return ""

    def do_Expr(self, node: ast.Expr, pad: str, indent: int) -> str:
        call = node.value
        if not isinstance(call, ast.Call):
            raise self.fail(node, "expression without effect")
        name = ast.unparse(call.func)
        if name in ("self.register_parameter", "self.register_buffer"):
            member, value = call.args[0].value, self.value(call.args[1])
            return f'{pad}this->{member} = {name[5:]}("{member}", {"Tensor()" if value.type == "None" else value.text});\n'
        if name == "warnings.warn":
            return f"{pad}warn({self.value(call.args[0]).text});\n"
        return f"{pad}{self.value(call).text};\n"

    def do_Assign(self, node: ast.Assign, pad: str, indent: int) -> str:
        target = node.targets[0]
        if len(node.targets) != 1:
            raise self.fail(node, "several targets")
        if isinstance(target, ast.Tuple):
            return self.unpack(node, target, pad)
        if isinstance(target, ast.Attribute):
            return self.assign_member(node, target, node.value, pad)
        if not isinstance(target, ast.Name):
            raise self.fail(node, "target of an assignment")
        return self.assign_local(node, target.id, node.value, pad)

    def do_AnnAssign(self, node: ast.AnnAssign, pad: str, indent: int) -> str:
        if isinstance(node.target, ast.Attribute) and node.value:
            return self.assign_member(node, node.target, node.value, pad)
        if isinstance(node.target, ast.Name) and node.value:
            return self.assign_local(node, node.target.id, node.value, pad)
        raise self.fail(node, "declaration")

    def assign_member(self, node: ast.stmt, target: ast.Attribute, value: ast.expr, pad: str) -> str:
        if ast.unparse(target.value) != "self":
            raise self.fail(node, "attribute of something else than self")
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "Parameter":
            keywords = keyword_nodes(value)
            grad = f", {self.condition(keywords['requires_grad']).text}" if "requires_grad" in keywords else ""
            return f'{pad}this->{target.attr} = register_parameter("{target.attr}", {self.value(value.args[0]).text}{grad});\n'
        v = self.value(value)
        text = v.text
        if v.type == "None":
            text = "Tensor()" if self.members[target.attr].startswith("Tensor") else "std::nullopt"
        return f"{pad}this->{target.attr} = {text};\n"

    def assign_local(self, node: ast.stmt, name: str, value: ast.expr, pad: str) -> str:
        v = self.value(value)
        if v.type == "None" or v.type not in {*KINDS, "number", "shape"}:
            raise self.fail(node, f"local variable of type {v.type}")
        known = self.local(name)
        if known is not None:
            if known.removesuffix(" | None") != v.type and not {known, v.type} <= NUMBERS:
                raise self.fail(node, f"{name} was {known}, now {v.type}")
            return f"{pad}{name} = {v.text};\n"
        self.scopes[-1][name] = v.type
        cpp = {"str": "std::string", "float": "double", "int": "int64_t", "bool": "bool", "Tensor": "Tensor"}.get(v.type, "auto")
        return f"{pad}{cpp} {name} = {v.text};\n"

    def unpack(self, node: ast.Assign, target: ast.Tuple, pad: str) -> str:
        names = [e.id for e in target.elts if isinstance(e, ast.Name)]
        v = self.value(node.value)
        if len(names) != len(target.elts) or v.type not in ("tuple[int, int]", "shape"):
            raise self.fail(node, "unpacking of something else than two ints")
        for name in names:
            self.scopes[-1][name] = "int"
        if v.type == "shape":
            return "".join(f"{pad}const int64_t {name} = {v.text}[{i}];\n" for i, name in enumerate(names))
        return f"{pad}const auto [{', '.join(names)}] = {v.text};\n"

    def do_If(self, node: ast.If, pad: str, indent: int) -> str:
        text = f"{pad}if ({self.condition(node.test).text}) {{\n{self.block(node.body, indent + 1)}{pad}}}"
        if node.orelse:
            text += f" else {{\n{self.block(node.orelse, indent + 1)}{pad}}}"
        return text + "\n"

    def do_With(self, node: ast.With, pad: str, indent: int) -> str:
        if [ast.unparse(i.context_expr) for i in node.items] != ["torch.no_grad()"]:
            raise self.fail(node, "with something else than torch.no_grad()")
        return f"{pad}{{\n{pad}  NoGradGuard no_grad;\n{self.block(node.body, indent + 1)}{pad}}}\n"

    def do_Return(self, node: ast.Return, pad: str, indent: int) -> str:
        if node.value is None:
            return f"{pad}return;\n"
        if isinstance(node.value, ast.Tuple) and self.function.result.startswith("tuple["):
            return f"{pad}return {{{', '.join(self.value(e).text for e in node.value.elts)}}};\n"
        v = self.value(node.value)
        return f"{pad}return {v.text};\n"

    def do_Raise(self, node: ast.Raise, pad: str, indent: int) -> str:
        call = node.exc
        if not (isinstance(call, ast.Call) and ast.unparse(call.func) in ERRORS and len(call.args) == 1):
            raise self.fail(node, "raise of something else than a builtin error with one text")
        return f"{pad}throw {ERRORS[ast.unparse(call.func)]}({self.value(call.args[0]).text});\n"


LISTS_TO_COMPARE = {"IntList", "list[int]", "shape", "tuple"}
