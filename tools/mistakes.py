"""Writes docs/mistakes.md: common mistakes, and what PyTorch and both doors of Rushlight say to them (`make mistakes`).

MISTAKES is the one list. Each Python text is run with Rushlight; with `--torch-python` also by that interpreter's
torch, whose answers are kept in mistakes_torch.json, so that the page can be written without torch. The C++ texts
become one program, which is compiled against the installed SDK and run. tests/core/test_mistakes.py runs the Python
texts again and compares with the page.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import re
import shlex
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mistakes.md"
TORCH_ANSWERS = ROOT / "tools" / "mistakes_torch.json"


class Mistake(NamedTuple):
    """One entry: what goes wrong and what to do instead. A `cpp` that starts with "//" says why there is none."""

    title: str
    why: str
    python: str
    cpp: str


# ---- the mistakes ---------------------------------------------------------------------------------------------------

SHAPES = [
    Mistake(
        "Matrix product of shapes that do not meet",
        "The columns of the left matrix must be as many as the rows of the right one.",
        "torch.ones(2, 3) @ torch.ones(4, 5)",
        "torch::matmul(torch::ones({2, 3}), torch::ones({4, 5}));",
    ),
    Mistake(
        "A Linear layer for inputs of another size",
        "The images have 3 * 32 * 32 numbers, not 28 * 28. The last line names the layer by its path in the model.",
        "model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\nmodel(torch.ones(8, 3, 32, 32))",
        "torch::nn::Sequential model{torch::nn::Flatten(), torch::nn::Linear(784, 10)};\n"
        "model->forward(torch::ones({8, 3, 32, 32}));",
    ),
    Mistake(
        "A convolution for another number of channels",
        "Images are [N, C, H, W]. These have one channel, and the layer was made for three.",
        "nn.Conv2d(3, 8, 3)(torch.ones(2, 1, 28, 28))",
        "torch::nn::Conv2d layer(torch::nn::Conv2dOptions(3, 8, 3));\nlayer(torch::ones({2, 1, 28, 28}));",
    ),
    Mistake(
        "Shapes that do not broadcast",
        "Shapes are lined up from the right. A value for each row needs the shape [3, 1]: `unsqueeze(1)`.",
        "torch.ones(3, 4) + torch.ones(3)",
        "torch::ones({3, 4}) + torch::ones({3});",
    ),
    Mistake(
        "cat of tensors that differ in another dimension",
        "Only the dimension along which they are joined may differ: here `dim=1` would do.",
        "torch.cat([torch.ones(2, 3), torch.ones(2, 4)])",
        "torch::cat({torch::ones({2, 3}), torch::ones({2, 4})});",
    ),
    Mistake(
        "view of a transposed tensor",
        "A view has no memory of its own, so it cannot reorder elements. `reshape` copies where that is needed.",
        "torch.ones(2, 3).t().view(6)",
        "torch::ones({2, 3}).t().view({6});",
    ),
    Mistake(
        "reshape to another number of elements",
        "The sizes of the new shape must multiply to the number of elements.",
        "torch.ones(2, 3).reshape(4, 2)",
        "torch::ones({2, 3}).reshape({4, 2});",
    ),
    Mistake(
        "A dimension that is not there",
        "A matrix has the dimensions 0 and 1, or -2 and -1.",
        "torch.ones(2, 3).sum(2)",
        "torch::ones({2, 3}).sum(2);",
    ),
    Mistake(
        "An index out of range",
        "The last element is number `size - 1`, or -1.",
        "torch.ones(3)[3]",
        "torch::ones({3})[3];",
    ),
    Mistake(
        "Samples of unequal sizes in a DataLoader",
        "A batch is a `stack` of samples. Pad them, or collate them otherwise (`collate_fn=`, in C++ a transform).",
        "samples = [torch.ones(2), torch.ones(3)]\nnext(iter(torch.utils.data.DataLoader(samples, batch_size=2)))",
        "torch::stack({torch::ones({2}), torch::ones({3})});  // as transforms::Stack does with every batch",
    ),
]

GRADIENTS = [
    Mistake(
        "A saved tensor overwritten in place",
        "The gradient of `exp` is its result, which `add_` has replaced. `y = y + 1` makes a new tensor.",
        "x = torch.ones(3, requires_grad=True)\ny = x.exp()\ny.add_(1)\ny.sum().backward()",
        "auto x = torch::ones({3}, torch::requires_grad());\nauto y = x.exp();\ny.add_(1);\ny.sum().backward();",
    ),
    Mistake(
        "A parameter changed in place",
        "Updates are not part of the graph: make them under `no_grad()`, or have an optimizer make them.",
        "w = torch.ones(3, requires_grad=True)\nw -= 0.1",
        "auto w = torch::ones({3}, torch::requires_grad());\nw -= 0.1;",
    ),
    Mistake(
        "backward twice",
        "The first pass frees what the second needs. Compute the loss anew, or pass `retain_graph=True`.",
        "x = torch.ones(3, requires_grad=True)\ny = (x * x).sum()\ny.backward()\ny.backward()",
        "auto x = torch::ones({3}, torch::requires_grad());\nauto y = (x * x).sum();\ny.backward();\ny.backward();",
    ),
    Mistake(
        "backward of something that is not a scalar",
        "Gradients are those of one number: reduce first.",
        "x = torch.ones(3, requires_grad=True)\n(x * 2).backward()",
        "auto x = torch::ones({3}, torch::requires_grad());\n(x * 2).backward();",
    ),
    Mistake(
        "A loss cut off from its parameters",
        "`detach()`, `no_grad()`, `item()` and a way through NumPy all cut the graph.",
        "w = torch.ones(3, requires_grad=True)\nloss = (w.detach() ** 2).sum()\nloss.backward()",
        "auto w = torch::ones({3}, torch::requires_grad());\nauto loss = w.detach().pow(2).sum();\nloss.backward();",
    ),
    Mistake(
        "The gradient of a tensor that was not used",
        "`z` has no part in the result. With `allow_unused=True` its gradient is None (undefined in C++).",
        "x, z = (torch.ones(3, requires_grad=True) for _ in range(2))\ntorch.autograd.grad((x * 2).sum(), z)",
        "auto x = torch::ones({3}, torch::requires_grad()), z = torch::ones({3}, torch::requires_grad());\n"
        "torch::autograd::grad({(x * 2).sum()}, {z});",
    ),
    Mistake(
        "Gradients of integers",
        "Integers have no derivative: write `1.0`, or pass `dtype=torch.float32`.",
        "torch.tensor([1, 2, 3], requires_grad=True)",
        "torch::tensor({1, 2, 3}).requires_grad_();",
    ),
    Mistake(
        "zero_grad forgotten",
        "No error, in PyTorch or here: `backward()` adds to `.grad`, as accumulating over batches needs it. "
        "The gradient of every step is 2, but the third is seen as 6. Call `optimizer.zero_grad()` in each step.",
        "w = torch.ones(2, requires_grad=True)\nfor step in range(3):\n    (w * w).sum().backward()\n"
        "    print(w.grad.tolist())",
        "auto w = torch::ones({2}, torch::requires_grad());\nfor (int step = 0; step < 3; ++step) {\n"
        '  (w * w).sum().backward();\n  std::cout << w.grad()[0].item<float>() << "\\n";\n}',
    ),
    Mistake(
        "A loss that becomes NaN",
        "`detect_anomaly()` stops at the op whose gradient is the first NaN: here the root of a negative number.",
        "x = torch.tensor([-1.0], requires_grad=True)\nwith torch.autograd.detect_anomaly():\n"
        "    x.sqrt().sum().backward()",
        "// C++ has no anomaly mode: ask `torch::isnan(w.grad()).any().item<bool>()` after `backward()`.",
    ),
    Mistake(
        "numpy() of a tensor that requires grad",
        "NumPy's operations are not recorded, so the cut has to be asked for.",
        "torch.ones(3, requires_grad=True).numpy()",
        "// C++ has no NumPy; `data_ptr<float>()` gives the memory of any tensor.",
    ),
]

LOSSES = [
    Mistake(
        "Class numbers as floats",
        "Classes are integers. A target of floats would have to be probabilities, in the shape of the input.",
        "F.cross_entropy(torch.zeros(4, 3), torch.tensor([0.0, 1.0, 2.0, 0.0]))",
        "F::cross_entropy(torch::zeros({4, 3}), torch::tensor({0.0, 1.0, 2.0, 0.0}));",
    ),
    Mistake(
        "A class number out of range",
        "Classes count from 0, so three of them are 0, 1 and 2.",
        "F.cross_entropy(torch.zeros(4, 3), torch.tensor([0, 1, 3, 0]))",
        "F::cross_entropy(torch::zeros({4, 3}), torch::tensor({0, 1, 3, 0}));",
    ),
    Mistake(
        "Fewer targets than inputs",
        "Every row of the input needs one target.",
        "F.cross_entropy(torch.zeros(4, 3), torch.tensor([0, 1, 2]))",
        "F::cross_entropy(torch::zeros({4, 3}), torch::tensor({0, 1, 2}));",
    ),
    Mistake(
        "Scores where probabilities are expected",
        "Pass raw scores to `binary_cross_entropy_with_logits`, which is also more accurate than a sigmoid before.",
        "F.binary_cross_entropy(torch.tensor([2.5, -1.0]), torch.ones(2))",
        "F::binary_cross_entropy(torch::tensor({2.5, -1.0}), torch::ones({2}));",
    ),
    Mistake(
        "A loss that broadcasts",
        "[4, 1] and [4] give 16 differences, not 4, and a wrong loss: a warning, in PyTorch and here. "
        "`squeeze(1)` the prediction.",
        "F.mse_loss(torch.ones(4, 1), torch.ones(4))",
        "F::mse_loss(torch::ones({4, 1}), torch::ones({4}));",
    ),
]

NUMBERS = [
    Mistake(
        "item() of many elements",
        "A tensor of one element is a number; of others take `mean()`, one element, or `tolist()`.",
        "torch.ones(3).item()",
        "torch::ones({3}).item<float>();",
    ),
    Mistake(
        "A tensor as a condition",
        "Say whether all must be true or any.",
        "if torch.ones(3) > 0:\n    print('positive')",
        'if ((torch::ones({3}) > 0).item<bool>()) std::cout << "positive";',
    ),
    Mistake(
        "Mixed dtypes",
        "NumPy's arrays are float64, parameters are float32: convert one.",
        "torch.ones(2, 3) @ torch.ones(3, 2, dtype=torch.float64)",
        "torch::matmul(torch::ones({2, 3}), torch::ones({3, 2}, torch::kDouble));",
    ),
    Mistake(
        "Integers divided in place",
        "The quotient is a float, which an integer tensor cannot hold: `x = x / 2`, or `x //= 2`.",
        "x = torch.tensor([1, 2, 3])\nx /= 2",
        "auto x = torch::tensor({1, 2, 3});\nx /= 2;",
    ),
    Mistake(
        "The mean of integers",
        "A mean is no integer.",
        "torch.tensor([1, 2, 4]).mean()",
        "torch::tensor({1, 2, 4}).mean();",
    ),
    Mistake(
        "A GPU that is not there",
        "Ask `torch.cuda.is_available()` (C++: `torch::cuda::is_available()`).",
        "torch.ones(3).cuda()",
        "torch::ones({3}).cuda();",
    ),
]

MODULES = [
    Mistake(
        "A word beyond the vocabulary",
        "An `Embedding(10, …)` knows the words 0 to 9.",
        "nn.Embedding(10, 4)(torch.tensor([1, 10]))",
        "torch::nn::Embedding words(10, 4);\nwords(torch::tensor({1, 10}));",
    ),
    Mistake(
        "Floats as words",
        "Indices are integers.",
        "nn.Embedding(10, 4)(torch.tensor([1.0, 2.0]))",
        "torch::nn::Embedding words(10, 4);\nwords(torch::tensor({1.0f, 2.0f}));",
    ),
    Mistake(
        "Batch normalization of one value",
        "The variance of one value is nothing to divide by: in training a batch needs at least two.",
        "nn.BatchNorm1d(4)(torch.ones(1, 4))",
        "torch::nn::BatchNorm1d norm(4);\nnorm(torch::ones({1, 4}));",
    ),
    Mistake(
        "Features that an LSTM was not made for",
        "The last dimension is the one of the features.",
        "nn.LSTM(8, 16)(torch.ones(5, 2, 7))",
        "torch::nn::LSTM lstm(8, 16);\nlstm(torch::ones({5, 2, 7}));",
    ),
    Mistake(
        "Heads that do not divide the embedding",
        "Each head takes an equal part of the embedding.",
        "nn.MultiheadAttention(10, 3)",
        "torch::nn::MultiheadAttention attention(10, 3);",
    ),
    Mistake(
        "A module without super().__init__()",
        "The base class keeps the lists into which submodules and parameters go.",
        "class Net(nn.Module):\n    def __init__(self):\n        self.layer = nn.Linear(1, 1)\n\n\nNet()",
        "// Not possible: C++ runs the base class's constructor by itself.",
    ),
    Mistake(
        "A misspelt key in a state_dict",
        "Every difference is listed; keys that look alike are paired.",
        "saved = {'weigth': torch.ones(2, 3), 'bias': torch.ones(3)}\nnn.Linear(3, 2).load_state_dict(saved)",
        "torch::nn::Linear layer(3, 2);\n"
        'layer->load_state_dict({{"weigth", torch::ones({2, 3})}, {"bias", torch::ones({3})}});',
    ),
]

TRAINING = [
    Mistake(
        "An optimizer without parameters",
        "Often layers in a plain list (use `nn.ModuleList`), or a generator that was used up.",
        "torch.optim.SGD([], lr=0.1)",
        "torch::optim::SGD(std::vector<torch::Tensor>{}, 0.1);",
    ),
    Mistake(
        "A parameter in two groups",
        "It would be changed twice in a step.",
        "model = nn.Linear(2, 1)\n"
        "torch.optim.SGD([{'params': model.parameters()}, {'params': [model.weight]}], lr=0.1)",
        "torch::nn::Linear model(2, 1);\ntorch::optim::SGD optimizer(model->parameters(), 0.1);\n"
        "optimizer.add_param_group(torch::optim::OptimizerParamGroup({model->weight}));",
    ),
    Mistake(
        "A scheduler of something else than an optimizer",
        "Schedules set the learning rate of an optimizer.",
        "torch.optim.lr_scheduler.StepLR(nn.Linear(1, 1), 3)",
        "// Does not compile: the constructor takes an `Optimizer&`.",
    ),
    Mistake(
        "A file that is no checkpoint",
        "Rushlight writes and reads safetensors. Nothing is returned from a file that does not verify.",
        "import io\ntorch.load(io.BytesIO(b'<html>not found</html>'))",
        'torch::load_bytes("<html>not found</html>");',
    ),
    Mistake(
        "A pickle that would run code",
        "To read a pickle is to run the program in it, so pickles are refused; PyTorch refuses unknown functions.",
        "import io, os, pickle\n\n\nclass Trap:\n    def __reduce__(self):\n        return os.system, ('true',)\n\n\n"
        "torch.load(io.BytesIO(pickle.dumps(Trap(), protocol=2)))",
        "using namespace std::string_literals;\n"
        'torch::load_bytes("\\x80\\x02" "cposix\\nsystem\\nX\\x04\\0\\0\\0true\\x85R."s);',
    ),
]

CHAPTERS = {
    "Shapes": SHAPES,
    "Gradients": GRADIENTS,
    "Losses": LOSSES,
    "Numbers and devices": NUMBERS,
    "Modules": MODULES,
    "Training and files": TRAINING,
}
MISTAKES = [mistake for chapter in CHAPTERS.values() for mistake in chapter]


# ---- what is said ---------------------------------------------------------------------------------------------------


def without_places(text: str) -> str:
    """The text without the places in source files that PyTorch adds, which differ between machines."""
    text = re.sub(r"\s*\(Triggered internally at [^)]*\)", "", text)
    text = re.sub(r"(Traceback of forward call that caused the error:)\n(  .*\n?)*", r"\1 …\n", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def observe(torch: ModuleType, mistake: Mistake) -> str:
    """Runs the Python text: its warnings, what it prints, and its error or "no error"."""
    scope = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "__name__": "mistake"}
    printed = io.StringIO()
    end = "no error"
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(mistake.python, scope)
        except Exception as error:
            end = f"{type(error).__name__}: {error}"
    said = [without_places(f"{w.category.__name__}: {w.message}") for w in caught]
    return without_places("\n".join([*said, printed.getvalue() + end]))


def observe_all(module: str) -> dict[str, str]:
    """What each mistake meets with in the module `rushlight` or `torch`, by title."""
    torch = importlib.import_module(module)
    importlib.import_module(f"{module}.utils.data")
    return {mistake.title: observe(torch, mistake) for mistake in MISTAKES}


HEAD = """#include <rushlight/rushlight.h>
#include <rushlight/warn.h>

#include <iostream>

namespace torch = rushlight;
namespace F = torch::nn::functional;
"""

MAIN = r"""
void report(const char* title, void (*mistake)()) {
  static const char* const kinds[] = {"Error", "IndexError", "ValueError", "TypeError", "NotImplementedError",
                                      "AttributeError", "KeyError", "AssertionError", "OutOfMemoryError", "OSError",
                                      "KeyboardInterrupt", "LinAlgError"};
  std::cout << '\x1e' << title << '\x1f';
  try {
    mistake();
    std::cout << "no error";
  } catch (const torch::Error& error) {
    std::cout << kinds[static_cast<int>(error.kind())] << ": " << error.what();
  } catch (const std::exception& error) {
    std::cout << "std::exception: " << error.what();
  }
}

int main() {
  torch::set_warn_handler([](std::string_view text) { std::cout << "warning: " << text << "\n"; });
"""


def cpp_program() -> str:
    """One program with a function for every mistake that can be made in C++."""
    parts, calls = [HEAD], []
    for i, mistake in enumerate(MISTAKES):
        if not mistake.cpp.startswith("//"):
            parts.append(f"void mistake_{i}() {{\n{mistake.cpp}\n}}\n")
            calls.append(f"  report({json.dumps(mistake.title)}, mistake_{i});\n")
    return "\n".join(parts) + MAIN + "".join(calls) + "}\n"


def observe_cpp(sdk: Path, compiler: str) -> dict[str, str]:
    """What each mistake meets with in C++, by title: compiles and runs the program with the SDK in `sdk`."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "mistakes.cpp"), Path(folder, "mistakes")
        source.write_text(cpp_program())
        command = [
            *shlex.split(compiler),
            "-std=c++20",
            "-O0",
            "-w",
            f"-I{sdk}/include",
            str(source),
            "-o",
            str(program),
        ]
        subprocess.run([*command, f"-L{sdk}/lib", "-lrushlight", f"-Wl,-rpath,{sdk.resolve()}/lib"], check=True)
        out = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    return {title: without_places(said) for title, said in (record.split("\x1f") for record in out.split("\x1e")[1:])}


# ---- the page -------------------------------------------------------------------------------------------------------

INTRODUCTION = """# Mistakes, and what is said to them

Common mistakes of PyTorch's users: what PyTorch {version} says, what Rushlight says in Python, and what it says to the
same mistake in C++. The type of the error and its leading words are PyTorch's, so that code which looks for them goes
on working; behind them stand the values and shapes, and the next step where there is a usual one.

Written by `make mistakes` from the list in `tools/mistakes.py`, with what today's build says; edit that list, not this
page. The Python texts begin with

```python
import rushlight as torch
from rushlight import nn
import rushlight.nn.functional as F
```

and those in C++ with

```cpp
#include <rushlight/rushlight.h>

#include <iostream>

namespace torch = rushlight;
namespace F = torch::nn::functional;
```
"""


def block(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


def heading(number: int, mistake: Mistake) -> str:
    return f"### {number}. {mistake.title}\n"


def python_part(mistake: Mistake, torch_says: str, version: str, rushlight_says: str) -> str:
    """The part of an entry that needs no C++ compiler."""
    return "\n".join(
        [
            f"{mistake.why}\n",
            block("python", mistake.python),
            f"PyTorch {version}:\n",
            block("text", torch_says),
            "Rushlight:\n",
            block("text", rushlight_says),
        ]
    )


def cpp_part(mistake: Mistake, says: str) -> str:
    if mistake.cpp.startswith("//"):
        return f"{mistake.cpp.removeprefix('//').strip()}\n"
    return "\n".join([block("cpp", mistake.cpp), "Rushlight in C++:\n", block("text", says)])


def page(torch_says: dict[str, str], rushlight_says: dict[str, str], cpp_says: dict[str, str]) -> str:
    version = torch_says["version"]
    parts = [INTRODUCTION.format(version=version)]
    number = 0
    for chapter, mistakes in CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        for mistake in mistakes:
            number += 1
            parts.append(heading(number, mistake))
            parts.append(python_part(mistake, torch_says[mistake.title], version, rushlight_says[mistake.title]))
            parts.append(cpp_part(mistake, cpp_says.get(mistake.title, "")))
    return "\n".join(parts)


def record_torch(python: str) -> None:
    """Runs the Python texts with `python`, which has torch, and keeps what is said."""
    done = subprocess.run([python, __file__, "--print", "torch"], check=True, capture_output=True, text=True)
    TORCH_ANSWERS.write_text(json.dumps(json.loads(done.stdout), indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-python", help="an interpreter with torch 2.13, to record its messages anew")
    parser.add_argument("--sdk", type=Path, default=ROOT / "build" / "install", help="the installed C++ SDK")
    parser.add_argument("--compiler", default="c++", help="a C++20 compiler")
    parser.add_argument("--print", metavar="MODULE", help="print what MODULE (torch, rushlight) says as JSON, and stop")
    options = parser.parse_args()
    if options.print:
        version = importlib.import_module(options.print).__version__.split("+")[0]
        json.dump({"version": version} | observe_all(options.print), sys.stdout)
        return
    if options.torch_python:
        record_torch(options.torch_python)
    torch_says = json.loads(TORCH_ANSWERS.read_text())
    if missing := [mistake.title for mistake in MISTAKES if mistake.title not in torch_says]:
        raise SystemExit(f"no recorded answer of torch for {missing}: run with --torch-python")
    PAGE.write_text(page(torch_says, observe_all("rushlight"), observe_cpp(options.sdk, options.compiler)))
    print(f"{PAGE.relative_to(ROOT)}: {len(MISTAKES)} mistakes")


if __name__ == "__main__":
    main()
