"""Compares the public names of both doors of the training stack: ``make doors``.

Reads Python's names from python/rushlight/ (``__all__``, else what a file defines or re-exports as ``import x as x``)
and from the op table, writes one using-declaration for each, lets the compiler say which the public headers lack, and
prints a table. Fails on a gap that is not in ONLY_PYTHON.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "python" / "rushlight"
# Modules of Python, whose C++ twin is the namespace of the same name.
MODULES = [
    "nn",
    "nn.functional",
    "nn.init",
    "nn.attention",
    "nn.parallel",
    "nn.utils",
    "nn.utils.clip_grad",
    "nn.utils.convert_parameters",
    "nn.utils.fusion",
    "nn.utils.parametrizations",
    "nn.utils.parametrize",
    "nn.utils.prune",
    "nn.utils.rnn",
    "nn.utils.stateless",
    "optim",
    "optim.lr_scheduler",
    "optim.swa_utils",
    "amp",
]
# Classes whose members are compared too: where Python defines them, and the C++ class.
CLASSES = {
    "nn.Module": (
        [
            ("nn/modules/module.py", "Module"),
            ("nn/modules/_hooks.py", "_Hooks"),
            ("nn/modules/_state.py", "_StateDict"),
        ],
        "rushlight::nn::Module",
    ),
    "optim.Optimizer": ([("optim/optimizer.py", "Optimizer")], "rushlight::optim::Optimizer"),
    "optim.lr_scheduler.LRScheduler": (
        [("optim/lr_scheduler/base.py", "LRScheduler")],
        "rushlight::optim::LRScheduler",
    ),
    "amp.GradScaler": ([("amp/grad_scaler.py", "GradScaler")], "rushlight::amp::GradScaler"),
}
# What has no meaning in C++, each with its reason.
ONLY_PYTHON = {
    "nn.Module.compile": "Python's hook for tracing compilers",
    "nn.Module.cuda": "there is no such device in this build",
    "nn.Module.double": "a keyword of C++; to(kDouble)",
    "nn.Module.forward": "every class has its own, with its own arguments",
    "nn.Module.float": "a keyword of C++; to(kFloat)",
    "nn.Module.get_extra_state": "any object, pickled; C++ classes override save and load",
    "nn.Module.set_extra_state": "any object, pickled; C++ classes override save and load",
    "nn.Module.share_memory": "for processes of Python's multiprocessing",
    "nn.Module.to_empty": "there is no meta device whose modules it would give memory",
    "nn.functional.Pooled": "an alias for type checkers",
    "amp.custom_fwd": "a decorator; a C++ Function switches autocast off itself, with a guard",
    "amp.custom_bwd": "a decorator; a C++ Function switches autocast off itself, with a guard",
}


def source_of(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def listed(path: Path) -> list[str] | None:
    """The names in a file's ``__all__``, with those of other files that it lists by star; None: it has no such list."""
    tree = ast.parse(path.read_text())
    elsewhere: dict[str, Path] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            base = path.parent.joinpath(*[".."] * max(0, node.level - 1), *(node.module or "").split("."))
            file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
            elsewhere |= {a.asname: file for a in node.names if a.name == "__all__" and a.asname}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not (isinstance(target, ast.Name) and target.id == "__all__" and isinstance(node.value, ast.List)):
            continue
        names: list[str] = []
        for item in node.value.elts:
            if isinstance(item, ast.Starred):
                names += listed(elsewhere[item.value.id]) or []
            else:
                names.append(item.value)
        return names
    return None


def defined(path: Path) -> list[str]:
    """The functions, classes and values that a file defines, and what it re-exports."""
    names: list[str] = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [t.id for t in node.targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.ImportFrom):
            names += [a.asname for a in node.names if a.asname == a.name]
    return names


def submodules(module: str) -> set[str]:
    """The names that are modules themselves: ``from . import x as x``."""
    body = ast.parse(source_of(module).read_text()).body
    whole = [node for node in body if isinstance(node, ast.ImportFrom) and node.module is None]
    return {a.asname for node in whole for a in node.names if a.asname == a.name}


def functional_rows() -> list[str]:
    """The names that the op table gives to nn.functional."""
    sys.path.insert(0, str(ROOT / "ops" / "gen"))
    from table import load  # noqa: PLC0415

    rows = [row for row in load(ROOT / "ops").rows if row.schema.namespace == "nn.functional"]
    return [row.name for row in rows] + [row.name + "_" for row in rows if row.has_inplace]


def members(parts: list[tuple[str, str]]) -> list[str]:
    """The public methods of a class, which may have been put together from several."""
    names: list[str] = []
    for file, name in parts:
        for node in ast.parse((PACKAGE / file).read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                names += [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
    return names


def python_names() -> dict[str, list[str]]:
    """Public names by module, those that are of use in Python only among them."""
    found: dict[str, list[str]] = {}
    for module in MODULES:
        path = source_of(module)
        names = listed(path)
        names = defined(path) if names is None else names
        if module == "nn.functional":
            names = names + functional_rows()
        found[module] = names
    found |= {name: members(parts) for name, (parts, _) in CLASSES.items()}
    return {place: sorted({name for name in names if not name.startswith("_")}) for place, names in found.items()}


def using_declaration(module: str, name: str, number: int, spaces: dict[str, set[str]]) -> str:
    if module in CLASSES:
        owner = CLASSES[module][1]
        return f"struct Door{number} : {owner} {{ using {owner}::{name}; }};"
    full = "rushlight::" + module.replace(".", "::") + "::" + name
    if name in spaces[module]:
        return f"namespace door{number} = {full};"
    return f"namespace door{number} {{ using {full}; }}"


def missing(names: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those that C++ does not have."""
    compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise SystemExit("doors: no C++ compiler; set CXX")
    lines = ["#include <rushlight/rushlight.h>"]
    spaces = {module: submodules(module) for module in MODULES}
    lines += [using_declaration(module, name, i, spaces) for i, (module, name) in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / "doors.cpp"
        unit.write_text("\n".join(lines) + "\n")
        unlimited = "-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0"
        command = [compiler, "-std=c++20", "-fsyntax-only", unlimited, f"-I{ROOT / 'include'}", str(unit)]
        result = subprocess.run(command, capture_output=True, text=True)
    errors = re.findall(r"^(.+?):(\d+):\d+: (?:fatal )?error", result.stderr, re.MULTILINE)
    elsewhere = any(not file.endswith("doors.cpp") or int(line) < 2 for file, line in errors)
    if elsewhere or (result.returncode and not errors):
        raise SystemExit("doors: the public headers do not compile\n" + result.stderr[:4000])
    return {names[int(line) - 2] for _, line in errors}


def main() -> int:
    found = python_names()
    spared = {tuple(name.rsplit(".", 1)) for name in ONLY_PYTHON}
    everything = [(module, name) for module, names in found.items() for name in names]
    absent = missing([pair for pair in everything if pair not in spared])
    print(f"{'names of':<32}{'Python':>8}{'C++':>8}{'only Python':>13}")
    for module, names in found.items():
        only = sum((module, name) in spared for name in names)
        gaps = sum((module, name) in absent for name in names)
        print(f"{module:<32}{len(names):>8}{len(names) - only - gaps:>8}{only:>13}")
    for module, name in sorted(absent):
        print(f"{module}.{name}: C++ has no {name} in rushlight::{module.replace('.', '::')}")
    stale = sorted(spared - set(everything))
    for module, name in stale:
        print(f"tools/door_names.py: ONLY_PYTHON lists {module}.{name}, which Python does not have")
    gaps = len(absent) + len(stale)
    print(f"doors: {gaps} gaps" if gaps else f"doors: all {len(everything) - len(spared)} names are in both")
    return bool(gaps)


if __name__ == "__main__":
    sys.exit(main())
