"""Reads the Python layers: classes, functions and their signatures, with dropped parameters folded away."""
from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from pathlib import Path

from layers_types import DROPPED, KINDS, HandWrite


@dataclass
class Argument:
    """One parameter of a Python function."""

    name: str
    type: str
    default: ast.expr | None = None
    dropped: bool = False


@dataclass
class Function:
    """A function or method of the source."""

    node: ast.FunctionDef
    where: Path
    args: list[Argument]
    result: str

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def kept(self) -> list[Argument]:
        return [a for a in self.args if not a.dropped]


@dataclass
class Layer:
    """A class of the source."""

    node: ast.ClassDef
    where: Path
    base: Layer | None
    methods: dict[str, Function] = field(default_factory=dict)
    statics: dict[str, Function] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def public(self) -> bool:
        return not self.name.startswith("_")

    @property
    def impl(self) -> str:
        return self.name.lstrip("_") + "Impl"

    def lineage(self) -> list[Layer]:
        """This class and its bases, nearest first."""
        return [self, *(self.base.lineage() if self.base else [])]

    def find(self, method: str) -> Function | None:
        return next((layer.methods[method] for layer in self.lineage() if method in layer.methods), None)


def location(where: Path, node: ast.AST) -> str:
    return f"{where.name}:{getattr(node, 'lineno', '?')}"


def docstring_free(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return body[1:] if is_text else body


def read_function(node: ast.FunctionDef, where: Path, method: bool) -> Function:
    def fail(why: str) -> HandWrite:
        return HandWrite(f"{location(where, node)}: {node.name}: {why}: hand-write this one")

    if node.args.vararg or node.args.kwarg or node.args.posonlyargs:
        raise fail("*args, **kwargs or positional-only parameters")
    plain = node.args.args[1:] if method else node.args.args
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(node.args.defaults)) + list(node.args.defaults)
    found = []
    for arg, default in [*zip(plain, defaults, strict=False), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=False)]:
        type_ = ast.unparse(arg.annotation) if arg.annotation else ""
        if type_ not in KINDS:
            raise fail(f"parameter {arg.arg} has the type {type_ or 'none'!r}, which is outside the subset")
        found.append(Argument(arg.arg, type_, default, arg.arg in DROPPED))
    result = ast.unparse(node.returns) if node.returns else ""
    node = copy.deepcopy(node)
    node.body = Fold({a.name: DROPPED[a.name] for a in found if a.dropped}, {a.name: a.type for a in found}).body(docstring_free(node.body))
    return Function(node, where, found, result.strip("'\""))


# Note [Folding]
# A parameter that the C++ door does without is a constant there, and `isinstance` of a parameter is known from its type.
# Folding replaces both and removes the branches that can not be taken, so that what only Python needs is never translated.
def dropped(value: object, at: ast.expr) -> ast.Constant:
    """The constant for a parameter that C++ does without; calls of ops leave it out."""
    node = ast.copy_location(ast.Constant(value), at)
    node.dropped = True
    return node


class Fold(ast.NodeTransformer):
    def __init__(self, constants: dict[str, object], types: dict[str, str]) -> None:
        self.constants, self.types = constants, types

    def body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for statement in statements:
            new = self.visit(statement)
            found += new if isinstance(new, list) else [new] if new else []
        return found

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and node.id in self.constants:
            return dropped(self.constants[node.id], node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Is | ast.IsNot):
            same = node.left.value is node.comparators[0].value
            return ast.copy_location(ast.Constant(same == isinstance(node.ops[0], ast.Is)), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node.func) == "isinstance" and isinstance(node.args[0], ast.Name):
            have = self.types.get(node.args[0].id, "").removesuffix(" | None")
            wanted = {ast.unparse(t) for t in getattr(node.args[1], "elts", [node.args[1]])}
            if have in ("int", "float", "bool", "str"):
                return ast.copy_location(ast.Constant(have in wanted), node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        values = [v for v in node.values if not (isinstance(v, ast.Constant) and v.value is neutral)]
        if any(isinstance(v, ast.Constant) and v.value is not neutral for v in values):
            return ast.copy_location(ast.Constant(not neutral), node)
        if len(values) < 2:
            return values[0] if values else ast.copy_location(ast.Constant(neutral), node)
        node.values = values
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Constant):
            return ast.copy_location(ast.Constant(not node.operand.value), node)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        node.test = self.visit(node.test)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        # self.return_indices = return_indices: nothing to keep
        self.generic_visit(node)
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr in DROPPED and isinstance(node.value, ast.Constant):
            return None
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and node.attr in DROPPED and ast.unparse(node.value) == "self":
            return dropped(DROPPED[node.attr], node)
        return node


def read_layer(node: ast.ClassDef, where: Path, known: dict[str, Layer], python_only: set[str]) -> Layer:
    bases = [ast.unparse(b) for b in node.bases]
    if len(bases) != 1 or (bases[0] != "Module" and bases[0] not in known):
        raise HandWrite(f"{location(where, node)}: {node.name}: bases {bases} are not one translated class: hand-write this one")
    layer = Layer(node, where, known.get(bases[0]))
    for item in docstring_free(node.body):
        if isinstance(item, ast.FunctionDef):
            if f"{node.name}.{item.name}" in python_only:
                continue
            decorators = [ast.unparse(d) for d in item.decorator_list]
            if decorators not in ([], ["classmethod"]):
                raise HandWrite(f"{location(where, item)}: {node.name}.{item.name}: decorators {decorators}: hand-write this one")
            (layer.statics if decorators else layer.methods)[item.name] = read_function(item, where, True)
        elif isinstance(item, ast.AnnAssign) and f"{node.name}.{ast.unparse(item.target)}" in python_only:
            continue
        elif not isinstance(item, ast.Pass):
            raise HandWrite(f"{location(where, item)}: {node.name}: `{ast.unparse(item)[:60]}` in a class body: hand-write this one")
    return layer


def read_file(path: Path, known: dict[str, Layer], hand: set[str], python_only: set[str]) -> list[Layer]:
    """The layers of one file, in order; `known` gains them."""
    found = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name not in hand:
            known[node.name] = read_layer(node, path, known, python_only)
            found.append(known[node.name])
    return found


def read_functions(path: Path, hand: set[str]) -> tuple[list[Function], dict[str, list[Argument]]]:
    """The functions of nn/init.py to translate, and the parameters of all whose signature the subset can say."""
    functions, signatures = [], {}
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        try:
            function = read_function(node, path, False)
        except HandWrite:
            if node.name not in hand:
                raise
            continue
        signatures[node.name] = function
        if node.name not in hand:
            functions.append(function)
    return functions, signatures
