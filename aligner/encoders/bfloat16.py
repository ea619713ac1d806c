"""The default encoder with its convolutions in bfloat16, by torch: for large corpora on processors that have it.

Sums are made in float32 and rounded once a layer. A row's result depends neither on the rows around it nor on their
number nor on the threads: oneDNN adds up every row of a convolution in the same order.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import torch
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from aligner.encoders.use import Branch, Floats, Places, UniversalSentenceEncoder


class Bfloat16Branch(Branch):
    """A branch whose layers take and give bfloat16."""

    def __init__(self, order: int, layers: Sequence[tuple[Floats, Floats]]) -> None:
        super().__init__(order, layers)
        self.layers = [(_image(kernel, order), torch.from_numpy(bias).bfloat16()) for kernel, bias in layers]

    def convolve(self, features: Floats, columns: slice, gaps: Places) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.inference_mode(), one_thread():
            place = torch.from_numpy(features)[:, columns]
            before = place.bfloat16()
            between = torch.zeros_like(before)
            inner = slice(self.left, len(before) - self.right)
            between[inner] = self._each(0, before[None])[0]
            between[gaps] = 0
            place[inner] = self._each(1, between[None])[0]
            return before, between

    def edges(self, *ends: Any) -> tuple[Floats, Floats]:
        with torch.inference_mode(), one_thread():
            return super().edges(*ends)

    def _each(self, layer: int, sequences: torch.Tensor) -> torch.Tensor:
        kernel, bias = self.layers[layer]
        out: torch.Tensor = torch.conv2d(sequences.transpose(1, 2).unsqueeze(2), kernel, bias)
        plain = sequences[:, self.left : sequences.shape[1] - self.right]
        return out.squeeze(2).transpose(1, 2).relu_().add_(plain)

    def _floats(self, rows: torch.Tensor) -> Floats:
        floats: Floats = rows.float().numpy()
        return floats


class Bfloat16SentenceEncoder(UniversalSentenceEncoder):
    """The default encoder in reduced precision: cosines to its vectors from 0.9999; on other processors slower."""

    name = "use-bf16"
    fitted_as = "use"
    branch = Bfloat16Branch
    packages = ("sentencepiece", "torch")


def one_thread() -> AbstractContextManager[Any]:
    """Products on the calling thread alone: it is one of ours, of which there is one a core."""
    limited: AbstractContextManager[Any] = _openmp().limit(limits=1)
    return limited


@cache
def _openmp() -> Any:
    return ThreadpoolController().select(user_api="openmp")


def _image(kernel: Floats, order: int) -> torch.Tensor:
    """A kernel ``(order * 256, 256)`` as torch's convolutions want it: over an image of one line, channels last."""
    windows = torch.from_numpy(kernel).bfloat16().view(order, -1, kernel.shape[1])
    return windows.permute(2, 1, 0).unsqueeze(2).contiguous(memory_format=torch.channels_last)
