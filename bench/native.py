"""Builds the C++ programs of the bench: against the installed SDK, and against the LibTorch of a torch wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
TOOLS = Path(sys.executable).parent  # cmake and ninja lie beside the interpreter that runs the bench


class Unavailable(Exception):
    """A program cannot be built here; the message says why."""


def call(*command: object) -> None:
    environment = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def build_rushlight(build: Path, sdk: Path) -> Path:
    """Builds cpp/mlp_step.cpp against the SDK installed at ``sdk``; returns the program."""
    if not list(sdk.glob("**/rushlight*onfig.cmake")):
        raise Unavailable(f"no C++ SDK in {sdk}: run `make build`")
    cmake = shutil.which("cmake", path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}") or "cmake"
    call(cmake, "-S", HERE / "cpp", "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={sdk.resolve()}")
    call(cmake, "--build", build)
    return build / "mlp_step"


def build_libtorch(build: Path, python: Path) -> Path:
    """Builds cpp/mlp_step_libtorch.cpp against the wheel that ``python`` imports; takes about a minute, once."""
    script = "import torch, os; print(os.path.dirname(torch.__file__)); print(int(torch.compiled_with_cxx11_abi()))"
    done = subprocess.run([str(python), "-c", script], capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{python} cannot import torch")
    root, abi = done.stdout.split()
    source, program = HERE / "cpp/mlp_step_libtorch.cpp", build / "mlp_step_libtorch"
    newest = max(path.stat().st_mtime for path in (source, HERE / "cpp/mlp_step.h", Path(root, "version.py")))
    if program.exists() and program.stat().st_mtime > newest:
        return program
    build.mkdir(parents=True, exist_ok=True)
    print("compiling the LibTorch program (about a minute, once)", file=sys.stderr)
    includes = [f"-I{root}/include", f"-I{root}/include/torch/csrc/api/include"]
    libraries = [f"-L{root}/lib", f"-Wl,-rpath,{root}/lib", "-ltorch", "-ltorch_cpu", "-lc10"]
    options = ["-std=c++20", "-O2", "-w", f"-D_GLIBCXX_USE_CXX11_ABI={abi}", *includes]
    call("g++", *options, source, "-o", program, "-Wl,--no-as-needed", *libraries)
    return program
