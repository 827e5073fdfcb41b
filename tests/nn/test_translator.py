"""The translator of layers refuses what it does not understand, naming the place."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ops" / "gen"))
import layers  # noqa: E402
from layers_calls import Sources  # noqa: E402
from layers_source import read_file  # noqa: E402
from layers_types import HandWrite  # noqa: E402
from table import load  # noqa: E402

ROWS = load(ROOT / "ops").rows


def translate(folder: Path, body: str) -> tuple[str, str]:
    """A layer with this `forward` body, as header and unit."""
    text = "class Twice(Module):\n    def __init__(self, factor: float = 2.0) -> None:\n        super().__init__()\n"
    text += "        self.factor = factor\n\n    def forward(self, input: Tensor) -> Tensor:\n"
    path = folder / "sample.py"
    path.write_text(text + textwrap.indent(textwrap.dedent(body).strip(), "        ") + "\n")
    found = {}
    parsed = read_file(path, found, set(), set())
    sources = Sources(found, {})
    sources.read_table(ROWS)
    return layers.layer_files(sources, "sample", parsed)


def test_a_regular_layer_is_printed(tmp_path: Path) -> None:
    head, unit = translate(tmp_path, "return F.leaky_relu(input, negative_slope=self.factor / 3)")
    assert "explicit TwiceImpl(double factor = 2.0);" in head
    assert "RUSHLIGHT_MODULE(Twice);" in head
    assert "return F::leaky_relu(input, this->factor / 3);" in unit


def test_python_arithmetic_is_kept(tmp_path: Path) -> None:
    _, unit = translate(
        tmp_path, "half = input.dim() // 2\nshare = half / input.numel()\nreturn F.leaky_relu(input, share)"
    )
    assert "int64_t half = floor_div(input.dim(), 2);" in unit
    assert "double share = double(half) / input.numel();" in unit


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return sorted(input)", "neither the op table nor the sources know"),
        ("return [x for x in input][0]", "ListComp expression"),
        ("while True:\n    pass\nreturn input", "While statement"),
        ("return F.relu(input, slope=1.0)", "no overload takes"),
        ("return F.no_such_op(input)", "no row of the op table"),
        ("return input if input else input", "the truth of Tensor"),
        ("return input.frobnicate()", "no row of the op table"),
        ("return self.missing", "does not set"),
        ("x = {}\nreturn input", "Dict expression"),
        ("return 0 < self.factor < 1", "chained comparison"),
        ("s = self.factor\ns = 'text'\nreturn input", "s was float, now str"),
    ],
)
def test_what_is_outside_the_subset_is_refused(tmp_path: Path, body: str, why: str) -> None:
    with pytest.raises(HandWrite) as caught:
        translate(tmp_path, body)
    message = str(caught.value)
    assert why in message
    assert "sample.py:" in message
    assert "hand-write" in message


def test_golden_files_are_what_the_translator_prints() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in layers.generate(ROWS, ROOT).items()
        if not path.exists() or path.read_text() != text
    ]
    assert not stale, f"run `make generate` and commit {stale}"
