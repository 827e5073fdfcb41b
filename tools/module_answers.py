"""What a module (or a function of nn.functional) does with one sample, on any module with torch's API.

module_record.py observes torch and writes the answers down, module_parity.py observes the module under test and
compares. A sample is plain data: `name`, the constructor's `args` and `kw`, `calls` ([method, args, kw] each), `dtype`,
`training`, `clone` (inputs are cloned first, for in-place modules). Tensors in it, and in answers, are records

    {"T": dtype, "s": shape, "st": strides, "a": values, "rg": requires_grad, "e": torch's own rounding error}

with arrays as values; `dump` and `load` turn them into JSON and back, so a corpus holds no code.
"""

from __future__ import annotations

import base64
import gzip
import inspect
import json
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import codec
import compare
import numpy as np

SEED = 20240713
Problem = tuple[str, str]
PLAIN = (bool, int, float, str, type(None))


# ---- records ------------------------------------------------------------------------------------------------------


def encode(T: Any, x: Any) -> Any:
    """A value as a record; what has no record becomes the name of its type."""
    if isinstance(x, T.Tensor):
        return tensor_record(T, x)
    if isinstance(x, PLAIN):
        return x
    if isinstance(x, complex):
        return {"complex": [x.real, x.imag]}
    if isinstance(x, T.Size):
        return {"Size": [int(size) for size in x]}
    if isinstance(x, tuple):
        fields = list(getattr(type(x), "_fields", ()))
        return {"t": [encode(T, item) for item in x]} | ({"fields": fields} if fields else {})
    if isinstance(x, list):
        return [encode(T, item) for item in x]
    if isinstance(x, Mapping):
        return {"d": [[key, encode(T, value)] for key, value in x.items()]}
    if isinstance(x, T.dtype):
        return {"dtype": str(x).rsplit(".", 1)[-1]}
    if isinstance(x, T.nn.Module):
        return {"module": repr(x)}
    if callable(x):
        return {"function": getattr(x, "__name__", "?")}
    return {"other": type(x).__name__}


def tensor_record(T: Any, x: Any) -> dict[str, Any]:
    if type(x).__name__.startswith("Uninitialized"):
        return {"lazy": type(x).__name__}
    rec: dict[str, Any] = {"T": codec.dtype_name(x), "s": list(x.shape), "st": list(x.stride())}
    if x.requires_grad:
        rec["rg"] = 1
    if isinstance(x, T.nn.Parameter):
        rec["p"] = 1
    return rec | {"a": codec.to_array(T, x)}


def build(T: Any, rec: Any, made: list[Any], widen: bool = False) -> Any:
    """The live value of a record; tensors are also appended to `made`."""
    if isinstance(rec, list):
        return [build(T, item, made, widen) for item in rec]
    if not isinstance(rec, dict):
        return rec
    if "T" in rec:
        made.append(build_tensor(T, rec, widen))
        return made[-1]
    if "t" in rec:
        return tuple(build(T, item, made, widen) for item in rec["t"])
    if "d" in rec:
        return {key: build(T, value, made, widen) for key, value in rec["d"]}
    if "dtype" in rec:
        return getattr(T, codec.WIDER.get(rec["dtype"], rec["dtype"]) if widen else rec["dtype"])
    if "Size" in rec:
        return T.Size(rec["Size"])
    if "complex" in rec:
        return complex(*rec["complex"])
    if "slice" in rec:
        return slice(*rec["slice"])
    if "attr" in rec:
        return codec.attribute(T, rec["attr"])
    name, args, kw = rec["new"]
    return codec.attribute(T, name)(*build(T, args, made, widen), **build(T, kw, made, widen))


def build_tensor(T: Any, rec: dict[str, Any], widen: bool) -> Any:
    dtype = codec.WIDER.get(rec["T"], rec["T"]) if widen else rec["T"]
    if rec["st"] == codec.contiguous(rec["s"]) or 0 in rec["s"]:
        tensor = codec.from_array(T, rec["a"], dtype)
    else:
        size = 1 + sum((size - 1) * step for size, step in zip(rec["s"], rec["st"], strict=True))
        flat = np.zeros(size, rec["a"].dtype)
        steps = [step * flat.itemsize for step in rec["st"]]
        np.lib.stride_tricks.as_strided(flat, rec["s"], steps)[...] = rec["a"]
        tensor = codec.from_array(T, flat, dtype).as_strided(rec["s"], rec["st"])
    tensor = tensor.requires_grad_(True) if rec.get("rg") else tensor
    return T.nn.Parameter(tensor.detach(), bool(rec.get("rg"))) if rec.get("p") else tensor


def dump(path: Path, cases: list[dict[str, Any]]) -> None:
    def plain(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return {"nd": [x.dtype.str, list(x.shape), base64.b64encode(np.ascontiguousarray(x).tobytes()).decode()]}
        raise TypeError(f"no record for {type(x).__name__}")

    with gzip.open(path, "wt", compresslevel=4) as out:
        for case in cases:
            out.write(json.dumps(case, default=plain, separators=(",", ":")) + "\n")


def load(path: Path) -> list[dict[str, Any]]:
    def revive(x: dict[str, Any]) -> Any:
        if "nd" not in x:
            return x
        kind, shape, data = x["nd"]
        return np.frombuffer(base64.b64decode(data), np.dtype(kind)).reshape(shape)

    with gzip.open(path, "rt") as lines:
        return [json.loads(line, object_hook=revive) for line in lines]


# ---- observing ----------------------------------------------------------------------------------------------------


def observe(T: Any, case: dict[str, Any], widen: bool = False) -> dict[str, Any]:
    """Everything that can be seen of a sample, as records; `widen` computes in double what is less."""
    if "signature" in case:
        return {"signature": signatures(codec.attribute(T, case["signature"]))}
    made: list[Any] = []
    T.manual_seed(SEED)
    try:
        target = codec.attribute(T, case["name"])
        if case["construct"]:
            args, kw = build(T, case["args"], made), build(T, case["kw"], made)
            target = target(*args, **kw)
    except Exception as error:
        return {"construction": error_record(error)}
    is_module = isinstance(target, T.nn.Module)
    found: dict[str, Any] = {}
    if is_module:
        found["initial state"] = encode(T, target.state_dict())
        target = target.to(getattr(T, "float64" if widen else case["dtype"])).train(case["training"])
        found |= facts(T, target)
    return found | run(T, target, case, is_module, widen)


def run(T: Any, target: Any, case: dict[str, Any], is_module: bool, widen: bool) -> dict[str, Any]:
    """Makes the calls of a sample and follows the gradients back."""
    inputs: list[Any] = []
    results: list[Any] = []
    found: dict[str, Any] = {}
    T.manual_seed(SEED + 1)
    try:
        for method, arg_records, kw_records in case["calls"]:
            made: list[Any] = []
            args, kw = build(T, arg_records, made, widen), build(T, kw_records, made, widen)
            inputs += made
            if case["clone"]:
                args = [x.clone() if isinstance(x, T.Tensor) else x for x in args]
                kw = {key: x.clone() if isinstance(x, T.Tensor) else x for key, x in kw.items()}
            bound = target if method == "__call__" else getattr(target, method)
            results.append(bound(*args, **kw))
    except Exception as error:
        found["call"] = error_record(error)
        return found
    found["result"] = [encode(T, result) for result in results]
    found |= gradients(T, target, results, inputs, is_module)
    found["inputs after"] = [tensor_record(T, tensor) for tensor in inputs]
    if is_module:
        found["state after"] = encode(T, target.state_dict())
        found["pickled"] = pickled(target)
    return found


def gradients(T: Any, target: Any, results: list[Any], inputs: list[Any], is_module: bool) -> dict[str, Any]:
    """What backward leaves in .grad of the inputs and the parameters, for fixed cotangents."""
    import calls

    roots = [x for x in leaves(T, results) if x.requires_grad and (x.is_floating_point() or x.is_complex())]
    if not roots:
        return {}
    try:
        T.autograd.backward(roots, [calls.cotangent(T, root) for root in roots])
    except Exception as error:
        return {"backward": error_record(error)}
    wanted = [(f"input {i}", x) for i, x in enumerate(inputs) if x.requires_grad and x.is_leaf]
    wanted += list(target.named_parameters()) if is_module else []
    return {"gradient": {"d": [[name, None if x.grad is None else encode(T, x.grad)] for name, x in wanted]}}


def leaves(T: Any, tree: Any) -> Iterator[Any]:
    if isinstance(tree, T.Tensor):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from leaves(T, item)
    elif isinstance(tree, Mapping):
        for item in tree.values():
            yield from leaves(T, item)


def error_record(error: Exception) -> dict[str, Any]:
    kinds = [base.__name__ for base in type(error).__mro__]
    return {"err": [type(error).__name__, str(error)[:600]], "kinds": kinds}


def facts(T: Any, module: Any) -> dict[str, Any]:
    """The names, the text and the plain attributes of a module."""
    names = [key for key in dir(type(module)) if isinstance(getattr(type(module), key), property)]
    public = {key: getattr(module, key) for key in [*vars(module), *names] if not key.startswith("_")}
    nn = [base.__name__ for base in type(module).__mro__ if getattr(T.nn, base.__name__, None) is base]
    return {
        "repr": repr(module),
        "modules": [[name, type(child).__name__] for name, child in module.named_modules()],
        "parameters": [[name, list(map(int, x.shape))] for name, x in module.named_parameters() if not lazy(x)],
        "buffers": [name for name, _ in module.named_buffers()],
        "attributes": {"d": [[key, encode(T, value)] for key, value in sorted(public.items())]},
        "bases": nn,
        "versions": {key: value.get("version") for key, value in module.state_dict()._metadata.items()},
    }


def lazy(x: Any) -> bool:
    return type(x).__name__.startswith("Uninitialized")


def pickled(module: Any) -> dict[str, Any]:
    """What a copy through pickle still has."""
    try:
        copy = pickle.loads(pickle.dumps(module))
    except Exception:
        return {"fails": True}
    return {"keys": list(copy.state_dict()), "repr": repr(copy), "training": copy.training}


def signatures(target: Any) -> dict[str, Any]:
    """Names and defaults of the parameters of a function, or of a constructor and its forward."""
    parts = {"": target} | ({"forward": target.forward} if hasattr(target, "forward") else {})
    found: dict[str, Any] = {}
    for part, function in parts.items():
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            continue
        found[part] = [[p.name, p.kind.name, default_text(p.default)] for p in parameters]
    return found


def default_text(value: Any) -> str:
    if value is inspect.Parameter.empty:
        return ""
    if isinstance(value, (*PLAIN, tuple)):
        return repr(value).replace("rushlight", "torch")
    return getattr(value, "__name__", type(value).__name__)


# ---- comparing ----------------------------------------------------------------------------------------------------


def problems(got: dict[str, Any], want: dict[str, Any]) -> list[Problem]:
    """All differences between two observations."""
    found: list[Problem] = []
    for aspect in dict.fromkeys([*want, *got]):
        if aspect not in want or aspect not in got:
            side = got if aspect in got else want
            text = "; ".join(map(str, side[aspect]["err"])) if aspect in ("construction", "call", "backward") else "..."
            found.append((aspect, f"{'not expected' if aspect in got else 'missing'}: {text[:300]}"))
        elif aspect in ("construction", "call", "backward"):
            found += error_problems(aspect, got[aspect], want[aspect])
        elif aspect == "signature":
            found += signature_problems(got[aspect], want[aspect])
        elif aspect == "attributes":
            found += attribute_problems(dict(got[aspect]["d"]), dict(want[aspect]["d"]))
        else:
            found += ((aspect, text) for text in differing(got[aspect], want[aspect], aspect))
    return found


def error_problems(aspect: str, got: dict[str, Any], want: dict[str, Any]) -> Iterator[Problem]:
    kind, message = want["err"]
    if kind not in got["kinds"]:
        yield "error type", f"{aspect}: expected {kind}: {message[:200]}; got {got['err'][0]}: {got['err'][1][:200]}"
    elif not compare.same_words(got["err"][1], message):
        yield "error message", f"{aspect}: expected {message[:200]!r}; got {got['err'][1][:200]!r}"


def signature_problems(got: dict[str, Any], want: dict[str, Any]) -> Iterator[Problem]:
    """A built-in or an overloaded function shows no parameters on one side; then there is nothing to compare."""
    for part in want.keys() & got.keys():
        known = [name for name, *_ in want[part]]
        got[part] = [item for item in got[part] if item[0] in known or not item[0].startswith("_")]  # ours alone
        if got[part] != want[part] and known != ["args", "kwargs"]:
            texts = [" ".join(f"{name}={default}" for name, _, default in side[part]) for side in (want, got)]
            yield "signature", f"{part or 'call'}: expected {texts[0]}; got {texts[1]}"


def attribute_problems(got: dict[str, Any], want: dict[str, Any]) -> Iterator[Problem]:
    """Attributes of ours that PyTorch does not have are no difference."""
    for key, value in want.items():
        if key not in got:
            yield "attributes", f"no attribute {key}"
        else:
            yield from (("attributes", text) for text in differing(got[key], value, key))


def differing(got: Any, want: Any, where: str) -> Iterator[str]:
    """The differences of two records, in words."""
    if isinstance(want, dict) and "T" in want:
        yield from differing_tensors(got, want, where)
    elif isinstance(want, list) and isinstance(got, list) and len(got) == len(want):
        for index, pair in enumerate(zip(got, want, strict=True)):
            label = pair[1][0] if isinstance(pair[1], list) and pair[1] and isinstance(pair[1][0], str) else index
            yield from differing(*pair, f"{where}[{label}]")
    elif isinstance(want, dict) and isinstance(got, dict) and got.keys() == want.keys():
        for key in want:
            yield from differing(got[key], want[key], where if key in ("d", "t") else f"{where}.{key}")
    elif isinstance(want, float) and isinstance(got, float):
        if not compare.same_leaf(got, want):
            yield f"{where}: expected {want}, got {got}"
    elif type(got) is not type(want) or got != want:
        yield f"{where}: expected {shown(want)}, got {shown(got)}"


def differing_tensors(got: Any, want: dict[str, Any], where: str) -> Iterator[str]:
    if not isinstance(got, dict) or "T" not in got:
        yield f"{where}: expected a tensor, got {shown(got)}"
        return
    for key, what in (("T", "dtype"), ("s", "shape")):
        if got[key] != want[key]:
            yield f"{where}: {what}: expected {want[key]}, got {got[key]}"
            return
    if codec.telling(got["s"], got["st"]) != codec.telling(want["s"], want["st"]):
        yield f"{where}: strides: expected {want['st']} for shape {want['s']}, got {got['st']}"
    for key, what in (("rg", "requires_grad"), ("p", "is a Parameter")):
        if got.get(key, 0) != want.get(key, 0):
            yield f"{where}: {what} is {bool(got.get(key))}"
    if where.startswith("initial state") and want["T"] in codec.WIDER | {"float64": ""}:  # same seed, same numbers
        if not np.allclose(got["a"], want["a"], 4 * float(np.finfo(want["a"].dtype).eps), 0, equal_nan=True):
            yield f"{where}: not the initial values of the same seed"
    elif message := compare.difference(got["a"], want["a"], want):
        yield f"{where}: {message}"


def shown(rec: Any) -> str:
    """A record, short."""
    if isinstance(rec, dict) and "T" in rec:
        return f"a {rec['T']} tensor of shape {rec['s']}"
    if isinstance(rec, dict) and "d" in rec:
        return f"keys {[key for key, _ in rec['d']]}"
    if isinstance(rec, list) and any(isinstance(item, (list, dict)) for item in rec):
        return f"[{', '.join(shown(item) for item in rec)}]"[:300]
    return repr(rec)[:300]
