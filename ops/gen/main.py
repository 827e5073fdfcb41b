"""Generates everything that follows from the op table.  usage: python3 ops/gen/main.py [--build DIR]

Golden files (committed, for review): include/rushlight/generated/*, include/rushlight/nn/generated/*, src/nn/generated/*,
python/rushlight/_C.pyi, docs/ops.md.
Build files: DIR/generated/* (default build/generated).  A file is rewritten only when its text changes.
"""
from __future__ import annotations

import argparse
import sys
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import bodies  # noqa: E402
import layers  # noqa: E402
import surfaces  # noqa: E402
from table import Row, load  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BODY_SHARDS, LOOP_SHARDS, ROW_SHARDS = 8, 3, 1
BANNER = "// Generated from ops/*.py by ops/gen/main.py: do not edit.\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def with_lines(text: str, path: str) -> str:
    """Replaces each `#line RESTORE` by the position in the generated file itself."""
    lines = text.split("\n")
    return "\n".join(f'#line {i + 2} "{path}"' if line == "#line RESTORE" else line for i, line in enumerate(lines))


def shard(rows: list[Row], count: int) -> list[list[Row]]:
    """By a hash of the name, so that adding a row changes one shard."""
    found: list[list[Row]] = [[] for _ in range(count)]
    for row in rows:
        found[zlib.crc32(row.name.encode()) % count].append(row)
    return found


def headers(rows: list[Row]) -> dict[str, str]:
    spaces: dict[str, list[str]] = {}
    for row in rows:
        spaces.setdefault(row.schema.namespace, []).append(surfaces.declarations(row))
    methods = [surfaces.method_pieces(row) for row in rows]
    declared = "\n".join(text for space in sorted(spaces) for text in spaces[space])
    return {
        "flat_names.inc": BANNER + "\n".join(filter(None, map(surfaces.flat_declarations, rows))) + "\n",
        "tensor_methods.inc": BANNER + "\n".join(d for d, _ in methods if d) + "\n",
        "ops.inc": BANNER + declared + "\n" + "\n".join(d for _, d in methods if d) + "\n",
    }


def body_files(rows: list[Row], folder: Path) -> None:
    infos = unique_loops(rows)
    for i, part in enumerate(shard(rows, BODY_SHARDS)):
        code = "\n".join(filter(None, (bodies.body(row) for row in part)))
        text = f'{BANNER}#include "dispatch/generated_body.h"\n\nnamespace rushlight {{\n{code}\n}}  // namespace rushlight\n'
        write(folder / f"bodies_{i}.cpp", with_lines(text, f"generated/bodies_{i}.cpp"))
    externs = "".join(f"extern const plan::PointwiseInfo {bodies.pointwise_key(row)}_info;\n" for row in infos)
    kernels = "".join(sorted({bodies.kernel_declaration(row) for row in rows}))
    write(folder / "dispatch/kernels.h", f"{BANNER}#pragma once\n#include \"plan/pointwise.h\"\n#include \"rushlight/tensor.h\"\n\nnamespace rushlight {{\n{externs}namespace cpu {{\n{kernels}}}\n}}  // namespace rushlight\n")
    for i, part in enumerate(shard(infos, BODY_SHARDS)):
        text = "".join(bodies.info(row) for row in part)
        mine = "".join(f"namespace {isa} {{\n{''.join(bodies.loop_declarations(row) for row in part)}}}\n" for isa in bodies.ISAS)
        write(folder / f"infos_{i}.cpp", f'{BANNER}#include "plan/pointwise.h"\n\nnamespace rushlight::cpu {{\n{mine}}}\nnamespace rushlight {{\n{text}}}\n')


def unique_loops(rows: list[Row]) -> list[Row]:
    seen: dict[str, Row] = {}
    for row in rows:
        if row.is_pointwise:
            other = seen.setdefault(bodies.pointwise_key(row), row)
            if other.attrs is not row.attrs:
                raise SyntaxError(f"ops/{row.where}: {row.name} shares its loop's name with ops/{other.where}; say overload=…")
    return list(seen.values())


def loop_files(rows: list[Row], folder: Path) -> None:
    for i, part in enumerate(shard(unique_loops(rows), LOOP_SHARDS)):
        functors = "".join(bodies.functor(row) for row in part)
        loops = "".join(bodies.loops(row) for row in part)
        text = (f'{BANNER}#include "cpu/isa/pointwise_loop.h"\n#include "math/functions.h"\n\nnamespace rushlight::cpu::RL_ISA {{\nnamespace f {{\n{functors}}}\n{loops}}}\n')
        write(folder / f"isa/pointwise_{i}.cpp", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    folder = parser.parse_args().build / "generated"
    try:
        rows = load(ROOT / "ops").rows
        for name, text in headers(rows).items():
            write(ROOT / "include/rushlight/generated" / name, text)
        body_files(rows, folder)
        loop_files(rows, folder)
        metas = sorted(p.name for p in (ROOT / "src/plan").glob("meta_*.h"))
        write(folder / "plan/metas.h", BANNER + "#pragma once\n" + "".join(f'#include "plan/{name}"\n' for name in metas))
        write(folder / "python_rows.inc", BANNER + "\n".join(filter(None, map(surfaces.python_rows, rows))) + "\n")
        write(ROOT / "python/rushlight/_C.pyi", surfaces.stubs(rows))
        write(ROOT / "docs/ops.md", surfaces.docs(rows))
        write(folder / "op_tests.json", surfaces.test_rows(rows))
        write(folder / "bench_rows.json", surfaces.bench_rows(rows))
        for path, text in layers.generate(rows, ROOT).items():
            write(path, text)
    except SyntaxError as error:
        sys.exit(f"op table: {error}")
    names = {(r.schema.namespace, r.name) for r in rows}
    print(f"{len({r.where for r in rows})} rows, {len(rows)} overloads, {len(names)} names")


if __name__ == "__main__":
    main()
