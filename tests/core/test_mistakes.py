"""docs/mistakes.md says what is said today: every Python text is run again. Needs neither torch nor a C++ compiler."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rushlight as torch
import rushlight.utils.data


def load_script() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "tools" / "mistakes.py"
    spec = importlib.util.spec_from_file_location("mistakes", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mistakes"] = module
    spec.loader.exec_module(module)
    return module


script = load_script()
PAGE = script.PAGE.read_text()
TORCH_SAYS = json.loads(script.TORCH_ANSWERS.read_text())
HEADINGS = [script.heading(number, mistake) for number, mistake in enumerate(script.MISTAKES, 1)]
ADVICE = "run `make mistakes`, and read what has changed in docs/mistakes.md"


def entry(heading: str) -> str:
    """The part of the page below one heading."""
    _, found, rest = PAGE.partition(heading)
    assert found, f"docs/mistakes.md has no entry {heading!r}: {ADVICE}"
    return rest.split("\n### ")[0].split("\n## ")[0]


def test_the_page_has_the_entries_of_the_list() -> None:
    assert [line + "\n" for line in PAGE.splitlines() if line.startswith("### ")] == HEADINGS, ADVICE
    assert PAGE.startswith(script.INTRODUCTION.format(version=TORCH_SAYS["version"])), ADVICE
    titles = [mistake.title for mistake in script.MISTAKES]
    assert len(set(titles)) == len(titles)
    assert set(TORCH_SAYS) == {"version", *titles}, "run tools/mistakes.py with --torch-python"


@pytest.mark.parametrize("number", range(len(HEADINGS)), ids=[mistake.title for mistake in script.MISTAKES])
def test_the_page_says_what_is_said_today(number: int) -> None:
    mistake = script.MISTAKES[number]
    says = script.observe(torch, mistake)
    python = script.python_part(mistake, TORCH_SAYS[mistake.title], TORCH_SAYS["version"], says)
    text = entry(HEADINGS[number]).strip("\n")
    assert text.startswith(python.rstrip("\n")), f"{mistake.title}: today it says\n{says}\n{ADVICE}"
    rest = text.removeprefix(python.rstrip("\n")).strip("\n")
    if mistake.cpp.startswith("//"):
        assert rest == script.cpp_part(mistake, "").strip("\n"), ADVICE
    else:
        before, _, after = script.cpp_part(mistake, "\0").partition("\0")
        assert rest.startswith(before) and rest.endswith(after.strip("\n")), ADVICE


def test_every_mistake_is_seen() -> None:
    """An entry without an error has a warning, or shows by what is printed that something is wrong."""
    for mistake in script.MISTAKES:
        assert script.observe(torch, mistake) != "no error", mistake.title
    assert torch.equal(torch.ones(2) + 1, torch.full((2,), 2.0)), "the next call works"
