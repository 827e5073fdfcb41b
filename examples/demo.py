"""The whole job through both doors: ``make demo``, or ``python examples/demo.py --epochs 5`` after ``make build``.

Trains the network of ``train_fashion_mnist.py`` in Python, draws what it learnt, lets the C++ program evaluate the
saved weights, trains the same network again in C++ from the same seed, and compares the two files byte by byte.
Everything goes to ``demo/``; ``demo/result.json`` holds what was measured in this run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import matplotlib
import train_fashion_mnist as job
from tqdm import tqdm

import rushlight as torch

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

BAR = 0.905  # test accuracy that five epochs over all 60,000 images must reach


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data/fashion-mnist"), help="folder of the four idx files")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for what the run writes")
    parser.add_argument("--programs", type=Path, default=Path("build/examples"), help="folder of the C++ programs")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--images", type=int, default=60000, help="train on the first so many images only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


def draw_curves(epochs: list[job.Epoch], path: Path) -> None:
    """Loss and accuracy per epoch, side by side."""
    numbers = [epoch.number for epoch in epochs]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(numbers, [epoch.loss for epoch in epochs], "o-", label="training")
    left.set(title="Cross entropy", xlabel="epoch", xticks=numbers)
    right.plot(numbers, [100 * epoch.train_accuracy for epoch in epochs], "o-", label="training")
    right.plot(numbers, [100 * epoch.test_accuracy for epoch in epochs], "s-", label="test")
    right.set(title="Accuracy in per cent", xlabel="epoch", xticks=numbers)
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_predictions(images: torch.Tensor, labels: torch.Tensor, predicted: torch.Tensor, path: Path) -> None:
    """The first 40 test images; wrong answers in red with the true class below."""
    figure, grid = plt.subplots(5, 8, figsize=(11, 8), layout="constrained")
    for axes, image, true, guess in zip(grid.flat, images.tolist(), labels.tolist(), predicted.tolist(), strict=False):
        axes.imshow(image, cmap="gray_r")
        good = true == guess
        text = job.CLASSES[guess] if good else f"{job.CLASSES[guess]}\nis {job.CLASSES[true]}"
        axes.set_title(text, fontsize=9, color="darkgreen" if good else "crimson")
        axes.axis("off")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def run(program: Path, **options: object) -> str:
    """Runs a C++ program and returns what it printed last."""
    command = [str(program)] + [word for name, value in options.items() for word in (f"--{name}", str(value))]
    print("$", *command, flush=True)
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(" ", line, end="", flush=True)
            last = line
    if process.returncode:
        sys.exit(f"{program.name} ended with status {process.returncode}")
    return last


def train_in_python(options: argparse.Namespace) -> tuple[list[job.Epoch], float]:
    """Trains, saves the weights, draws the two pictures; returns the epochs and the final test accuracy."""
    images, labels = job.load_split(options.data, "train")
    train_set, test_set = (images[: options.images], labels[: options.images]), job.load_split(options.data, "t10k")
    torch.manual_seed(options.seed)
    net = job.build_net().to(options.device)

    def progress(batches, number):
        return tqdm(batches, desc=f"epoch {number}/{options.epochs}", unit="batch", leave=False, mininterval=0.5)

    epochs = []
    rest = {"epochs": options.epochs, "seed": options.seed, "device": options.device}
    for epoch in job.train(net, train_set, test_set, progress=progress, **rest):
        epochs.append(epoch)
        print(
            f"  epoch {epoch.number}: loss {epoch.loss:.4f}, accuracy {epoch.train_accuracy:.2%} training, "
            f"{epoch.test_accuracy:.2%} test, {epoch.seconds:.1f} s",
            flush=True,
        )
    torch.save(net.state_dict(), str(options.out / "model.safetensors"))
    accuracy, predicted = job.evaluate(net, *test_set, options.device)
    draw_curves(epochs, options.out / "curves.png")
    draw_predictions(test_set[0][:40], test_set[1][:40], predicted[:40], options.out / "predictions.png")
    return epochs, accuracy


def same_for_any_threads(options: argparse.Namespace) -> bool:
    """Whether a short training run ends with the same weights on 1 and on 2 threads."""
    files = [options.out / f"threads{count}.safetensors" for count in (1, 2)]
    for count, file in zip((1, 2), files, strict=True):
        short = {"data": options.data, "epochs": 1, "images": 2560, "seed": options.seed}
        run(options.programs / "train_fashion_mnist", out=file, threads=count, **short)
    first, second = (file.read_bytes() for file in files)
    for file in files:
        file.unlink()
    return first == second


def main() -> int:
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    common = {"data": options.data}
    started = time.perf_counter()

    print(f"Python trains on {options.data}, {options.device}, {torch.get_num_threads()} threads:")
    epochs, python_accuracy = train_in_python(options)

    print("C++ evaluates the weights that Python saved:")
    weights = options.out / "model.safetensors"
    evaluated = json.loads(run(options.programs / "evaluate_fashion_mnist", model=weights, **common))

    print("C++ trains the same network from the same seed:")
    twin, cpp_started = options.out / "model_cpp.safetensors", time.perf_counter()
    rest = {"epochs": options.epochs, "images": options.images, "seed": options.seed}
    run(options.programs / "train_fashion_mnist", out=twin, **common, **rest)
    cpp_seconds = time.perf_counter() - cpp_started
    bitwise_equal = weights.read_bytes() == twin.read_bytes()

    print("C++ trains a little on 1 and on 2 threads:")
    result = {
        "images": min(options.images, len(job.load_split(options.data, "train")[1])),
        "test_images": evaluated["images"],
        "data": options.data.name,
        "device": options.device,
        "epochs": options.epochs,
        "python_accuracy": python_accuracy,
        "cpp_accuracy": evaluated["accuracy"],
        "cpp_training_bitwise_equal": bitwise_equal,
        "same_weights_with_1_and_2_threads": same_for_any_threads(options),
        "seconds_per_epoch": sum(epoch.seconds for epoch in epochs) / len(epochs),
        "cpp_seconds_in_all": cpp_seconds,
        "seconds_in_all": time.perf_counter() - started,
        "test_accuracy_by_epoch": [epoch.test_accuracy for epoch in epochs],
        "loss_by_epoch": [epoch.loss for epoch in epochs],
    }
    (options.out / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    return judge(result)


def judge(result: dict) -> int:
    """Names what is not as promised; 0 if nothing is."""
    wrong = []
    if result["cpp_accuracy"] != result["python_accuracy"]:
        wrong.append("the C++ program finds another accuracy than Python")
    if not result["cpp_training_bitwise_equal"]:
        wrong.append("training in C++ gave other weights than in Python")
    if not result["same_weights_with_1_and_2_threads"]:
        wrong.append("the weights depend on the number of threads")
    whole = result["data"] == "fashion-mnist" and result["images"] == 60000 and result["epochs"] >= 5
    if whole and result["python_accuracy"] < BAR:
        wrong.append(f"the test accuracy is below {BAR:.1%}")
    for line in wrong:
        print("NOT AS PROMISED:", line)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
