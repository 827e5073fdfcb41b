"""The layer classes, one file per family."""

from __future__ import annotations

from .activation import *  # noqa: F403
from .activation import __all__ as _activation
from .adaptive import *  # noqa: F403
from .adaptive import __all__ as _adaptive
from .batchnorm import *  # noqa: F403
from .batchnorm import __all__ as _batchnorm
from .container import *  # noqa: F403
from .container import __all__ as _container
from .conv import *  # noqa: F403
from .conv import __all__ as _conv
from .distance import *  # noqa: F403
from .distance import __all__ as _distance
from .dropout import *  # noqa: F403
from .dropout import __all__ as _dropout
from .flatten import *  # noqa: F403
from .flatten import __all__ as _flatten
from .fold import *  # noqa: F403
from .fold import __all__ as _fold
from .instancenorm import *  # noqa: F403
from .instancenorm import __all__ as _instancenorm
from .lazy import *  # noqa: F403
from .lazy import __all__ as _lazy
from .linear import *  # noqa: F403
from .linear import __all__ as _linear
from .linear_cross_entropy import *  # noqa: F403
from .linear_cross_entropy import __all__ as _linear_cross_entropy
from .loss import *  # noqa: F403
from .loss import __all__ as _loss
from .module import Module as Module
from .normalization import *  # noqa: F403
from .normalization import __all__ as _normalization
from .padding import *  # noqa: F403
from .padding import __all__ as _padding
from .pixelshuffle import *  # noqa: F403
from .pixelshuffle import __all__ as _pixelshuffle
from .pooling import *  # noqa: F403
from .pooling import __all__ as _pooling
from .rnn import *  # noqa: F403
from .rnn import __all__ as _rnn
from .sparse import *  # noqa: F403
from .sparse import __all__ as _sparse
from .sync_batchnorm import *  # noqa: F403
from .sync_batchnorm import __all__ as _sync_batchnorm
from .transformer import *  # noqa: F403
from .transformer import __all__ as _transformer
from .triplet import *  # noqa: F403
from .triplet import __all__ as _triplet
from .upsampling import *  # noqa: F403
from .upsampling import __all__ as _upsampling

__all__ = [  # noqa: PLE0604
    "Module",
    *_activation,
    *_adaptive,
    *_batchnorm,
    *_container,
    *_conv,
    *_distance,
    *_dropout,
    *_flatten,
    *_fold,
    *_instancenorm,
    *_lazy,
    *_linear,
    *_linear_cross_entropy,
    *_loss,
    *_normalization,
    *_padding,
    *_pixelshuffle,
    *_pooling,
    *_rnn,
    *_sparse,
    *_sync_batchnorm,
    *_transformer,
    *_triplet,
    *_upsampling,
]
