"""Prints the files of scipy-openblas32 that are to travel with Rushlight, as a CMake list: its library, its licence.

Prints nothing where the package is not installed.
"""

from __future__ import annotations

from importlib import metadata


def main() -> None:
    try:
        files = metadata.files("scipy-openblas32") or []
    except metadata.PackageNotFoundError:
        return
    wanted = [f for f in files if f.name == "libscipy_openblas.so"]
    wanted += [f for f in files if f.name == "LICENSE.txt"]
    print(";".join(str(f.locate().resolve()) for f in wanted))


if __name__ == "__main__":
    main()
