"""The state_dict half of Module: saving, loading, and the hooks around both."""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping

import rushlight as torch

from ...utils.hooks import RemovableHandle
from ..parameter import Parameter

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns: the keys the file lacked and the keys the module has no place for."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class _WrappedHook:
    """A hook that gets its module as first argument without keeping the module alive."""

    def __init__(self, hook: Callable, module: object | None = None) -> None:
        self.hook = hook
        self.with_module = module is not None
        if module is not None:
            self.module = weakref.ref(module)

    def __call__(self, *args: object, **kwargs: object) -> object:
        if not self.with_module:
            return self.hook(*args, **kwargs)
        module = self.module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args, **kwargs)

    def __getstate__(self) -> dict:
        state = {"hook": self.hook, "with_module": self.with_module}
        if self.with_module:
            state["module"] = self.module()
        return state

    def __setstate__(self, state: dict) -> None:
        self.hook = state["hook"]
        self.with_module = state["with_module"]
        if self.with_module:
            if state["module"] is None:
                raise RuntimeError("You are trying to revive the hook of a dead Module!")
            self.module = weakref.ref(state["module"])


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{k}"' for k in keys)


def _key_hints(missing: list[str], unexpected: list[str]) -> list[str]:
    """What the user probably meant: a common prefix, or a near match for each unexpected key."""
    if not missing or not unexpected:
        return []
    wanted = set(missing)
    for prefix in ("module.", "_orig_mod.", "model."):
        if all(k.startswith(prefix) and k[len(prefix) :] in wanted for k in unexpected):
            return [
                f'All unexpected keys begin with "{prefix}": load '
                f'{{k.removeprefix("{prefix}"): v for k, v in state_dict.items()}} instead.'
            ]
        if all(k.startswith(prefix) and k[len(prefix) :] in unexpected for k in missing):
            return [
                f'All missing keys begin with "{prefix}": load '
                f'{{"{prefix}" + k: v for k, v in state_dict.items()}} instead.'
            ]
    import difflib

    near = []
    for key in unexpected[:20]:
        match = difflib.get_close_matches(key, missing, n=1, cutoff=0.75)
        if match:
            near.append(f'"{key}" -> "{match[0]}"')
    return [f"Near matches (in state_dict -> in the model): {', '.join(near)}."] if near else []


def _load_tree(
    module: _StateDict,
    state_dict: dict,
    prefix: str,
    metadata: dict | None,
    assign: bool,
    keys: _IncompatibleKeys,
    errors: list[str],
) -> None:
    """Load one module, then its children, then run its post hooks."""
    local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local_metadata["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state_dict, prefix, local_metadata, True, *keys, errors)
    for name, child in module._modules.items():
        if child is not None:
            inner = f"{prefix}{name}."
            part = {k: v for k, v in state_dict.items() if k.startswith(inner)}
            _load_tree(child, part, inner, metadata, assign, keys, errors)
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, keys) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new "
                "values, if incompatible_keys need to be modified, it should be done inplace."
            )


class _StateDict:
    """The methods of Module that concern its state_dict."""

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before `state_dict` collects this module."""
        handle = RemovableHandle(self._state_dict_pre_hooks)
        self._state_dict_pre_hooks[handle.id] = hook
        return handle

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after; it changes `state_dict` in place."""
        hook._from_public_api = True
        handle = RemovableHandle(self._state_dict_hooks)
        self._state_dict_hooks[handle.id] = hook
        return handle

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        """The older form of the post hook: it may return another dict."""
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was previously registered via "
                "register_state_dict_post_hook"
            )
        handle = RemovableHandle(self._state_dict_hooks)
        self._state_dict_hooks[handle.id] = hook
        return handle

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing, unexpected, errors)` before."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False) -> RemovableHandle:
        handle = RemovableHandle(self._load_state_dict_pre_hooks)
        self._load_state_dict_pre_hooks[handle.id] = _WrappedHook(hook, self if with_module else None)
        return handle

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after loading; it may change the key lists in place."""
        handle = RemovableHandle(self._load_state_dict_post_hooks)
        self._load_state_dict_post_hooks[handle.id] = hook
        return handle

    def get_extra_state(self) -> object:
        """Override to store more than tensors under `_extra_state` in the state_dict."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. Override get_extra_state() "
            f"in {type(self).__name__}."
        )

    def set_extra_state(self, state: object) -> None:
        """Override together with `get_extra_state` to read that state back."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. Override set_extra_state() "
            f"in {type(self).__name__}."
        )

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        """Put this module's own parameters and persistent buffers into `destination`, without its children's."""
        for name, param in self._parameters.items():
            if param is not None:
                destination[prefix + name] = param if keep_vars else param.detach()
        for name, buf in self._buffers.items():
            if buf is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = buf if keep_vars else buf.detach()
        if type(self).get_extra_state is not _StateDict.get_extra_state:
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def state_dict(
        self, *args: object, destination: dict | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict:
        """All parameters and persistent buffers by name, in order of registration.

        The tensors share memory with the module. Versions of the module classes stand in the `_metadata` attribute.

        Args:
            destination: a dict to fill instead of a new OrderedDict.
            prefix: text put before each name.
            keep_vars: keep the Parameters themselves instead of detached tensors.
        Example:
            >>> list(nn.Linear(2, 1).state_dict())
            ['weight', 'bias']
        """
        if args:
            warnings.warn("Positional args are being deprecated, use kwargs instead.", FutureWarning, stacklevel=2)
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            changed = hook(self, destination, prefix, local_metadata)
            if changed is None:
                continue
            if getattr(hook, "_from_public_api", False):
                raise RuntimeError("state_dict post-hook must return None")
            destination = changed
        return destination

    def _load_from_state_dict(
        self,
        state_dict: dict,
        prefix: str,
        local_metadata: dict,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Copy into this module's own parameters and buffers; what does not fit is appended to the three lists."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)

        local_state = {name: p for name, p in self._parameters.items() if p is not None}
        for name, buf in self._buffers.items():
            if buf is not None and name not in self._non_persistent_buffers_set:
                local_state[name] = buf
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, own in local_state.items():
            key = prefix + name
            if key in state_dict:
                self._load_one(name, key, own, state_dict[key], assign, error_msgs)
            elif strict:
                missing_keys.append(key)

        extra_key = prefix + _EXTRA_STATE_KEY_SUFFIX
        if type(self).set_extra_state is not _StateDict.set_extra_state:
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)

        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra_key:
                    first, dot, _ = key[len(prefix) :].partition(".")
                    if first not in (self._modules if dot else local_state):
                        unexpected_keys.append(key)

    def _load_one(
        self, name: str, key: str, own: torch.Tensor, new: object, assign: bool, error_msgs: list[str]
    ) -> None:
        if not isinstance(new, torch.Tensor):
            error_msgs.append(
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
                f"checkpoint but received {type(new)}"
            )
            return
        if own.dim() == 0 and new.dim() == 1 and new.shape[0] == 1:  # scalars were saved with one dimension once
            new = new[0]
        if new.shape != own.shape:
            error_msgs.append(
                f"size mismatch for {key}: copying a param with shape {new.shape} from checkpoint, "
                f"the shape in current model is {own.shape}."
            )
            return
        try:
            with torch.no_grad():
                if not assign:
                    own.copy_(new)
                    return
                if isinstance(own, Parameter):
                    if isinstance(new, Parameter):
                        new.requires_grad_(own.requires_grad)
                    else:
                        new = Parameter(new, requires_grad=own.requires_grad)
                setattr(self, name, new)
        except Exception as e:
            error_msgs.append(
                f'While copying the parameter named "{key}", whose dimensions in the model are {own.size()} and '
                f"whose dimensions in the checkpoint are {new.size()}, an exception occurred : {e.args}."
            )

    def load_state_dict(
        self, state_dict: Mapping[str, object], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy values by name into this module and its children.

        Args:
            state_dict: names to tensors, as `state_dict()` gives them.
            strict: whether missing and unexpected names are errors.
            assign: put the given tensors in place of the module's own (keeping their dtype and device) rather than
                copying values.
        Returns:
            the lists `missing_keys` and `unexpected_keys`.
        Errors:
            TypeError: `state_dict` is not a mapping.
            RuntimeError: names or shapes do not match; the message lists all of them, and near matches.
        Example:
            >>> model.load_state_dict(torch.load("model.pt"))
            <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(
                f"Expected state_dict to be dict-like, got {type(state_dict)}. "
                "Pass what state_dict() returned or torch.load() read."
            )
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        state_dict = OrderedDict(state_dict)  # hooks may change it
        if metadata is not None:
            state_dict._metadata = metadata

        _load_tree(self, state_dict, "", metadata, assign, _IncompatibleKeys(missing, unexpected), errors)
        if strict:
            if unexpected:
                errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
            if missing:
                errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
            errors += _key_hints(missing, unexpected)
        if errors:
            text = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{text}")
        return _IncompatibleKeys(missing, unexpected)
