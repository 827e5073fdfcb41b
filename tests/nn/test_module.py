"""Module: registration, names, state_dict, loading, conversion, copies, and what errors say."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections import OrderedDict

import pytest

import rushlight as torch
from rushlight import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(2, 3)
        self.seq = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 1)))
        self.shared = self.a
        self.register_buffer("buf", torch.ones(2))
        self.register_buffer("tmp", torch.zeros(1), persistent=False)
        self.register_parameter("absent", None)
        self.declared = nn.Buffer(torch.ones(1))
        self.plain = None
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.seq(self.a(x)) * self.scale


KEYS = [
    "scale",
    "buf",
    "declared",
    "a.weight",
    "a.bias",
    "seq.0.weight",
    "seq.0.bias",
    "seq.2.0.weight",
    "seq.2.0.bias",
    "shared.weight",
    "shared.bias",
]


def test_names_are_listed_once_in_order_of_registration() -> None:
    net = Net()
    params = [k for k, _ in net.named_parameters()]
    assert params == [k for k in KEYS if k not in ("buf", "declared") and not k.startswith("shared")]
    assert [k for k, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert [k for k, _ in net.named_parameters(prefix="p", recurse=False)] == ["p.scale"]
    assert [k for k, _ in net.named_parameters(remove_duplicate=False)][-2:] == ["shared.weight", "shared.bias"]
    assert [k for k, _ in net.named_buffers()] == ["buf", "tmp", "declared"]
    assert [k for k, _ in net.named_children()] == ["a", "seq"]
    assert [k for k, _ in net.named_modules()] == ["", "a", "seq", "seq.0", "seq.1", "seq.2", "seq.2.0"]
    assert len(list(net.modules())) == 7 and len(list(net.parameters())) == 7
    assert [k for k, _ in net.named_modules(remove_duplicate=False)][-1] == "shared"


def test_state_dict_keys_metadata_and_aliases() -> None:
    net = Net()
    state = net.state_dict()
    assert list(state) == KEYS
    assert state._metadata[""] == {"version": 1} and "seq.2.0" in state._metadata
    assert list(net.state_dict(prefix="x."))[0] == "x.scale"
    assert type(state["scale"]) is torch.Tensor and not state["scale"].requires_grad
    assert net.state_dict(keep_vars=True)["scale"] is net.scale
    state["buf"].fill_(5)
    assert net.buf.tolist() == [5, 5]
    assert nn.BatchNorm2d(1).state_dict()._metadata[""] == {"version": 2}


def test_printed_form() -> None:
    assert repr(Net()) == (
        "Net(\n"
        "  (a): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (seq): Sequential(\n"
        "    (0): Linear(in_features=3, out_features=3, bias=True)\n"
        "    (1): ReLU()\n"
        "    (2): Sequential(\n"
        "      (0): Linear(in_features=3, out_features=1, bias=True)\n"
        "    )\n"
        "  )\n"
        "  (shared): Linear(in_features=2, out_features=3, bias=True)\n"
        ")"
    )
    assert repr(nn.Parameter(torch.ones(2))) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"


def test_assignment_registers_and_forgets() -> None:
    net = Net()
    net.plain = nn.Parameter(torch.ones(1))
    assert "plain" in net._parameters and "plain" not in net.__dict__
    net.buf = nn.Parameter(torch.ones(1))
    assert "buf" in net._parameters and "buf" not in net._buffers
    net.declared = nn.ReLU()
    assert "declared" in net._modules and "declared" not in net._buffers
    net.tmp = torch.ones(3)
    assert "tmp" not in net.state_dict() and net.tmp.shape == (3,)
    net.a = None
    assert net.a is None and "a.weight" not in net.state_dict()
    del net.seq
    assert not hasattr(net, "seq")
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'seq'"):
        net.seq  # noqa: B018


@pytest.mark.parametrize(
    ("action", "kind", "text"),
    [
        (lambda m: setattr(m, "a", 3), TypeError, "cannot assign 'int' as child module 'a'"),
        (lambda m: setattr(m, "scale", 3), TypeError, "cannot assign 'int' as parameter 'scale'"),
        (lambda m: setattr(m, "scale", torch.ones(1)), TypeError, "cannot assign '.*FloatTensor' as parameter 'scale'"),
        (lambda m: setattr(m, "buf", 3), TypeError, "cannot assign 'int' as buffer 'buf'"),
        (lambda m: m.register_buffer("a.b", None), KeyError, "buffer name can.*t contain"),
        (lambda m: m.register_buffer("", None), KeyError, "buffer name can.*t be empty string"),
        (lambda m: m.register_buffer("a", None), KeyError, "attribute 'a' already exists"),
        (lambda m: m.register_buffer(3, None), TypeError, "buffer name should be a string. Got int"),
        (lambda m: m.register_buffer("z", 3), TypeError, "cannot assign 'int' object to buffer 'z'"),
        (lambda m: m.register_parameter("z", torch.ones(1)), TypeError, "object to parameter 'z'"),
        (lambda m: m.register_parameter("forward", None), KeyError, "attribute 'forward' already exists"),
        (lambda m: m.add_module("z", 3), TypeError, "int is not a Module subclass"),
        (lambda m: m.add_module("a.b", None), KeyError, "module name can.*t contain"),
        (lambda m: m.get_submodule("seq.7"), AttributeError, "Sequential has no attribute `7`"),
        (lambda m: m.get_submodule("buf"), AttributeError, "`buf` is not an nn.Module"),
        (lambda m: m.get_parameter("a"), AttributeError, "`a` is not an nn.Parameter"),
        (lambda m: m.get_buffer("scale"), AttributeError, "`scale` is not a buffer"),
        (lambda m: m.train(1), ValueError, "training mode is expected to be boolean"),
        (lambda m: m.to(torch.int64), TypeError, "nn.Module.to only accepts floating point or complex dtypes"),
        (lambda m: nn.Module()(1), NotImplementedError, 'Module \\[Module\\] is missing the required "forward"'),
        (lambda m: nn.Module(3), TypeError, "takes 1 positional argument but 2 were given"),
        (lambda m: nn.Module(a=3), TypeError, "got an unexpected keyword argument 'a'"),
        (lambda m: m.load_state_dict(3), TypeError, "Expected state_dict to be dict-like, got <class 'int'>"),
    ],
)
def test_errors_have_pytorch_types_and_words(action, kind, text) -> None:
    with pytest.raises(kind, match=text):
        action(Net())


@pytest.mark.parametrize("value", [lambda: nn.Parameter(torch.ones(1)), nn.ReLU, lambda: nn.Buffer(torch.ones(1))])
def test_assignment_before_init(value) -> None:
    class Early(nn.Module):
        def __init__(self) -> None:
            self.x = value()
            super().__init__()

    with pytest.raises(AttributeError, match="before Module.__init__"):
        Early()


def test_paths() -> None:
    net = Net()
    assert net.get_submodule("") is net and net.get_submodule("seq.2.0") is net.seq[2][0]
    assert net.get_parameter("seq.2.0.weight") is net.seq[2][0].weight
    assert net.get_buffer("buf") is net.buf
    net.set_submodule("seq.1", nn.Tanh())
    assert isinstance(net.seq[1], nn.Tanh)
    with pytest.raises(AttributeError, match="has no attribute `9`"):
        net.set_submodule("seq.9", nn.Tanh(), strict=True)


def test_load_reports_everything_at_once() -> None:
    net = Net()
    state = OrderedDict(net.state_dict())
    del state["seq.0.bias"]
    state["a.weight"] = torch.ones(2, 2)
    state["extra"] = torch.ones(1)
    with pytest.raises(RuntimeError) as info:
        net.load_state_dict(state)
    text = str(info.value)
    assert text.startswith('Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "seq.0.bias". ')
    assert 'Unexpected key(s) in state_dict: "extra". ' in text
    assert (
        "size mismatch for a.weight: copying a param with shape torch.Size([2, 2]) from checkpoint, "
        "the shape in current model is torch.Size([3, 2])." in text
    )
    del state["a.weight"]
    result = net.load_state_dict(state, strict=False)
    assert result.missing_keys == ["a.weight", "seq.0.bias"] and result.unexpected_keys == ["extra"]
    assert repr(net.load_state_dict(net.state_dict())) == "<All keys matched successfully>"


def test_load_suggests_what_was_meant() -> None:
    net = Net()
    with pytest.raises(RuntimeError, match='All unexpected keys begin with "module."'):
        net.load_state_dict({"module." + k: v for k, v in net.state_dict().items()})
    with pytest.raises(RuntimeError, match='"seq.0.weigth" -> "seq.0.weight"'):
        net.load_state_dict({k.replace("seq.0.weight", "seq.0.weigth"): v for k, v in net.state_dict().items()})


def test_load_copies_or_assigns() -> None:
    net = Net()
    weight = net.a.weight
    net.load_state_dict({**net.state_dict(), "a.weight": torch.full((3, 2), 7.0)})
    assert net.a.weight is weight and weight.tolist() == [[7.0, 7.0]] * 3
    net.load_state_dict({**net.state_dict(), "scale": torch.tensor([3.0])})  # one element for none
    assert net.scale.item() == 3
    new = torch.ones(3, 2, dtype=torch.float64)
    net.shared = None
    net.load_state_dict({**net.state_dict(), "a.weight": new}, assign=True)
    assert net.a.weight.dtype == torch.float64 and isinstance(net.a.weight, nn.Parameter)
    assert net.a.weight.data_ptr() == new.data_ptr()


def test_state_dict_hooks_and_extra_state() -> None:
    seen: list = []

    class Extra(nn.Module):
        def get_extra_state(self) -> dict:
            return {"k": 1}

        def set_extra_state(self, state: dict) -> None:
            seen.append(state)

    model = nn.Sequential(Extra())
    model.register_state_dict_pre_hook(lambda m, prefix, keep: seen.append(("pre", prefix)))
    model.register_state_dict_post_hook(lambda m, state, prefix, meta: state.update(more=1))
    state = model.state_dict()
    assert state == {"0._extra_state": {"k": 1}, "more": 1}
    model.register_load_state_dict_pre_hook(lambda m, state, *rest: seen.append(state.pop("more")))
    model.register_load_state_dict_post_hook(lambda m, keys: seen.append(keys.missing_keys))
    model.load_state_dict(state)
    assert seen == [("pre", ""), 1, {"k": 1}, []]
    with pytest.raises(RuntimeError, match='Missing key.*"0._extra_state"'):
        nn.Sequential(Extra()).load_state_dict({})


def test_conversion_keeps_parameters_and_gradients() -> None:
    net = Net()
    weight = net.a.weight
    net(torch.ones(1, 2)).backward()
    assert net.to(torch.float64) is net
    assert net.a.weight is weight and weight.dtype == weight.grad.dtype == net.buf.dtype == torch.float64
    assert net.to("cpu", torch.float16).scale.dtype == torch.float16
    assert net.to(torch.ones(1)).scale.dtype == torch.float32
    assert net.bfloat16().scale.dtype == torch.bfloat16 and net.float().scale.dtype == torch.float32
    norm = nn.BatchNorm1d(2).double()
    assert norm.running_mean.dtype == torch.float64 and norm.num_batches_tracked.dtype == torch.int64
    assert nn.Embedding(3, 2).to_empty(device="cpu").weight.shape == (3, 2)


def test_modes_gradients_and_apply() -> None:
    net = Net()
    assert not net.eval().seq[2].training and net.train().seq[2].training
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())
    net.requires_grad_()
    net(torch.ones(1, 2)).backward()
    net.zero_grad(set_to_none=False)
    assert net.a.weight.grad.abs().sum().item() == 0
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    visited: list[str] = []
    net.apply(lambda m: visited.append(type(m).__name__))
    assert visited[0] == "Linear" and visited[-1] == "Net" and len(visited) == 7


def test_copies_and_pickles() -> None:
    torch.manual_seed(0)
    net = Net()
    net.scale.tag = "kept"
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert repr(other) == repr(net) and list(other.state_dict()) == KEYS
        assert other.shared is other.a and other.a.weight is not net.a.weight
        assert all(torch.equal(x, y) for x, y in zip(other.parameters(), net.parameters(), strict=True))
        assert all(isinstance(p, nn.Parameter) for p in other.parameters())
    assert pickle.loads(pickle.dumps(net.scale)).tag == "kept"


def test_parameter_and_buffer() -> None:
    p = nn.Parameter(torch.ones(2))
    assert isinstance(p, torch.Tensor) and p.requires_grad and p.is_leaf
    assert type(p + 1) is torch.Tensor and type(p.detach()) is torch.Tensor
    assert not nn.Parameter(torch.ones(2), requires_grad=False).requires_grad
    assert nn.Parameter(torch.ones(2, dtype=torch.int64), requires_grad=False).dtype == torch.int64
    with pytest.raises(RuntimeError):
        nn.Parameter(torch.ones(2, dtype=torch.int64))
    buffer = nn.Buffer(torch.ones(1), persistent=False)
    assert isinstance(buffer, nn.Buffer) and not isinstance(torch.ones(1), nn.Buffer) and not buffer.persistent


def test_fallback_attributes_of_wrappers() -> None:
    class Wrapper(nn.Module):
        def __init__(self, module: nn.Module) -> None:
            super().__init__()
            self.module = module

        def __getattr__(self, name: str) -> object:
            try:
                return super().__getattr__(name)
            except AttributeError:
                return getattr(self.module, name)

    assert Wrapper(nn.Linear(2, 3)).out_features == 3


class Failing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(OrderedDict(encoder=nn.ModuleList([nn.Linear(2, 2)])))
        self.fc = nn.Linear(3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.net.encoder:
            x = layer(x)
        return self.fc(x)


def test_errors_name_the_module_path() -> None:
    with pytest.raises(RuntimeError) as info:
        nn.Sequential(OrderedDict(model=Failing()))(torch.ones(1, 2))
    text = str(info.value)
    assert text.endswith("\n  in module model.fc (Linear(in_features=3, out_features=1, bias=True))")
    assert text.count("in module") == 1 and text.startswith("mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError, match=r"in module net\.encoder\.0 \(Linear"):
        Failing()(torch.ones(1, 3))
    with pytest.raises(RuntimeError, match=r"in module Linear\(in_features=2"):
        nn.Linear(2, 2)(torch.ones(3))


def test_exceptions_with_a_form_of_their_own_get_a_note() -> None:
    class Lookup(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return {}["key"]

    with pytest.raises(KeyError) as info:
        nn.Sequential(nn.Sequential(Lookup()))(torch.ones(1))
    assert info.value.args == ("key",) and info.value.__notes__ == ["in module 0.0 (Lookup())"]


def test_modules_are_freed_without_the_collector() -> None:
    gc.disable()
    try:
        net = Net()
        net(torch.ones(1, 2)).backward()
        net.load_state_dict(net.state_dict())
        ref = weakref.ref(net)
        del net
        assert ref() is None
    finally:
        gc.enable()


def test_consume_prefix() -> None:
    state = OrderedDict([("module.a", 1), ("module.b", 2)])
    nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
    assert list(state.items()) == [("a", 1), ("b", 2)]
