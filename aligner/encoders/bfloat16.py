"""The default encoder with its convolutions in bfloat16, by torch: for large corpora on processors that have it.

Only what enters the products is rounded, and each convolution's sum, made in float32; all between them is float32. A
row's result does not depend on the rows around it, nor on their number: oneDNN sums up every row in the same order.
"""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import torch
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from aligner.encoders.use import Floats, UniversalSentenceEncoder


class Bfloat16Layer:
    """``relu(conv(rows))`` of one layer of a branch, in bfloat16."""

    def __init__(self, order: int, left: int, kernel: Floats, bias: Floats) -> None:
        self._left, self._right = left, order - 1 - left
        windows = torch.from_numpy(kernel).bfloat16().view(order, -1, len(bias))
        self._kernel = windows.permute(2, 1, 0).unsqueeze(2).contiguous(memory_format=torch.channels_last)
        self._matrix = windows.permute(2, 0, 1).reshape(len(bias), -1)
        self._bias = torch.from_numpy(bias).bfloat16()

    def over(self, rows: Floats) -> Floats:
        """Of each of the rows; zeros where the window does not fit."""
        with torch.inference_mode(), _one_thread():
            image = torch.from_numpy(rows).bfloat16().T[None, :, None]
            fitting = torch.conv2d(image, self._kernel, self._bias).relu_()[0, :, 0].T
            out = torch.empty(rows.shape)
            out[: self._left] = out[len(rows) - self._right :] = 0
            out[self._left : len(rows) - self._right] = fitting
            return out.numpy()

    def of(self, windows: Floats) -> Floats:
        """Of single windows ``(n, order * 256)``, float32. Shape ``(n, 256)``."""
        with torch.inference_mode(), _one_thread():
            rows = torch.from_numpy(windows).bfloat16()
            return torch.nn.functional.linear(rows, self._matrix, self._bias).relu_().float().numpy()


class Bfloat16SentenceEncoder(UniversalSentenceEncoder):
    """The default encoder in reduced precision: cosines to its vectors from 0.9999; on other processors slower."""

    name = "use-bf16"
    fitted_as = "use"
    layer = Bfloat16Layer


def _one_thread() -> AbstractContextManager[Any]:
    """Products on the calling thread alone: it is one of ours, of which there is one a core."""
    limited: AbstractContextManager[Any] = _openmp().limit(limits=1)
    return limited


@cache
def _openmp() -> Any:
    return ThreadpoolController().select(user_api="openmp")
