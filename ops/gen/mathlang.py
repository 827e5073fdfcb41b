"""The math language of `math=`: Python's expression grammar over values of one type, printed as C++ lane code."""
from __future__ import annotations

import ast

PRIMITIVES = set("""abs sqrt rsqrt reciprocal floor ceil trunc round maximum minimum fmax fmin copysign isnan isinf isfinite signbit sign
exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc erfinv lgamma digamma
pow hypot fmod remainder floor_divide trunc_divide sigmoid logaddexp logaddexp2 nextafter sinc i0 xlogy trigamma zeta gcd lcm fma where
erfcx ndtr log_ndtr ndtri i0e i1 i1e bessel_j0 bessel_j1 bessel_y0 bessel_y1 bessel_k0 bessel_k1 bessel_k0e bessel_k1e airy_ai
airy_ai_prime gamma_p gamma_q mvlgamma polygamma orthogonal_polynomial frexp_mantissa frexp_exponent
sgn conj angle real complex square""".split())
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
             ast.LShift: "<<", ast.RShift: ">>"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


class Printer:
    def __init__(self, text: str, names: set[str]):
        self.text, self.names = text, names

    def fail(self, node: ast.AST, why: str) -> None:
        raise SyntaxError(f"{why}: {ast.unparse(node)!r} in math={self.text!r}")

    def print(self) -> str:
        return self.expression(ast.parse(self.text, mode="eval").body)

    def expression(self, n: ast.AST) -> str:
        match n:
            case ast.Constant(value=bool()):
                self.fail(n, "a bool is no value of the math language")
            case ast.Constant(value=int() | float()):
                return f"V({n.value!r})"
            case ast.Name():
                if n.id in ("inf", "nan") and n.id not in self.names:  # a parameter may be called nan
                    return f"V(__builtin_{n.id}{'()' if n.id == 'inf' else '(' + chr(34) * 2 + ')'})"
                if n.id not in self.names:
                    self.fail(n, f"unknown name (known: {sorted(self.names)})")
                return n.id
            case ast.UnaryOp(op=ast.USub()):
                return f"(-{self.expression(n.operand)})"
            case ast.UnaryOp(op=ast.Invert() | ast.Not()):
                return f"(~{self.expression(n.operand)})"
            case ast.BinOp() if type(n.op) in OPERATORS:
                return f"({self.expression(n.left)} {OPERATORS[type(n.op)]} {self.expression(n.right)})"
            case ast.BoolOp():
                sign = " & " if isinstance(n.op, ast.And) else " | "
                return "(" + sign.join(map(self.expression, n.values)) + ")"
            case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
                return f"({self.expression(n.left)} {COMPARISONS[type(op)]} {self.expression(n.comparators[0])})"
            case ast.IfExp():
                return f"where({self.expression(n.test)}, {self.expression(n.body)}, {self.expression(n.orelse)})"
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in PRIMITIVES:
                return f"{name}({', '.join(map(self.expression, n.args))})"
        self.fail(n, "outside the math language")
        return ""


def lane_code(text: str, names: set[str]) -> str:
    """C++ over the lane type V; `names` are the operands and parameters that may occur."""
    return Printer(text, names).print()
