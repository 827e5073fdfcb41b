"""Trains a small convolutional network on Fashion-MNIST: ``python examples/train_fashion_mnist.py --epochs 5``.

``train_fashion_mnist.cpp`` is the same program in C++. Both make the same calls in the same order, so that from the
same seed they end with the same weights, bit for bit.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn
from rushlight.datasets import read_idx
from rushlight.utils.data import DataLoader, TensorDataset

CLASSES = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot"]


def load_split(root: Path, split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images ``uint8 [n, 28, 28]`` and labels ``int64 [n]`` of the split ``"train"`` or ``"t10k"``."""
    images = read_idx(str(root / f"{split}-images-idx3-ubyte.gz"))
    labels = read_idx(str(root / f"{split}-labels-idx1-ubyte.gz"))
    return images, labels.to(torch.int64)


def build_net() -> nn.Sequential:
    """Two convolution blocks and one linear layer: ``float32 [n, 1, 28, 28] -> [n, 10]``, 50,378 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 10),
    )


def prepare(images: torch.Tensor, device: str = "cpu") -> torch.Tensor:
    """Pixels ``uint8 [n, 28, 28]`` to what the network sees: ``float32 [n, 1, 28, 28]`` of mean 0 and deviation 1."""
    return images.to(device).unsqueeze(1).to(torch.float32).div(255.0).sub(0.286).div(0.353)


def evaluate(
    net: nn.Module, images: torch.Tensor, labels: torch.Tensor, device: str = "cpu"
) -> tuple[float, torch.Tensor]:
    """The share of right answers, and the predicted classes ``int64 [n]``."""
    net.eval()
    found = []
    with torch.no_grad():
        for first in range(0, len(images), 1000):
            found.append(net(prepare(images[first : first + 1000], device)).argmax(1))
    predicted = torch.cat(found).to("cpu")
    return (predicted == labels).sum().item() / len(labels), predicted


@dataclass
class Epoch:
    """What one pass over the training images gave."""

    number: int
    loss: float
    train_accuracy: float
    test_accuracy: float
    seconds: float  # of the training pass, its data loading included


def train(
    net: nn.Module,
    train_set: tuple[torch.Tensor, torch.Tensor],
    test_set: tuple[torch.Tensor, torch.Tensor],
    *,
    epochs: int,
    seed: int = 1,
    batch_size: int = 128,
    lr: float = 3e-3,
    device: str = "cpu",
    progress=lambda batches, epoch: batches,
) -> Iterator[Epoch]:
    """Trains the network in place and yields an :class:`Epoch` after each pass.

    ``progress(batches, epoch)`` may wrap the loader, for example in a progress bar.
    """
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(*train_set), batch_size=batch_size, shuffle=True, generator=generator)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * len(loader))
    for number in range(1, epochs + 1):
        started, total, right = time.perf_counter(), 0.0, 0
        net.train()
        for images, labels in progress(loader, number):
            labels = labels.to(device)
            optimizer.zero_grad()
            output = net(prepare(images, device))
            loss = F.cross_entropy(output, labels)
            loss.backward()
            optimizer.step()
            scheduler.step()
            total += loss.item() * len(images)
            right += (output.argmax(1) == labels).sum().item()
        seconds, count = time.perf_counter() - started, len(train_set[1])
        accuracy, _ = evaluate(net, *test_set, device)
        yield Epoch(number, total / count, right / count, accuracy, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--data", type=Path, default=Path("data/fashion-mnist"), help="folder of the four idx files")
    parser.add_argument("--out", default="model.safetensors", help="where to save the weights")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--images", type=int, default=60000, help="train on the first so many images only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, help="threads to use (the weights do not depend on it)")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()

    if options.threads:
        torch.set_num_threads(options.threads)
    images, labels = load_split(options.data, "train")
    train_set = images[: options.images], labels[: options.images]
    torch.manual_seed(options.seed)
    net = build_net().to(options.device)
    rest = {"epochs": options.epochs, "seed": options.seed, "device": options.device}
    for epoch in train(net, train_set, load_split(options.data, "t10k"), **rest):
        print(
            f"epoch {epoch.number}: loss {epoch.loss:.4f}, accuracy {epoch.train_accuracy:.2%} training, "
            f"{epoch.test_accuracy:.2%} test, {epoch.seconds:.1f} s",
            flush=True,
        )
    torch.save(net.state_dict(), options.out)
    print(f"weights in {options.out}")


if __name__ == "__main__":
    main()
