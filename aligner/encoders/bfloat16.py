"""The default encoder with its convolutions in bfloat16, by torch: for large corpora on processors that have it.

Sums are made in float32 and rounded once a layer. A row's result depends neither on the rows around it nor on their
number nor on the threads: oneDNN adds up every row in the same order.
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
        self.layers = [_Layer(order, kernel, bias) for kernel, bias in layers]

    def convolve(self, features: Floats, columns: slice, gaps: Places) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.inference_mode(), one_thread():
            place = torch.from_numpy(features)[:, columns]
            before = place.bfloat16()
            between = torch.zeros_like(before)
            inner = slice(self.left, len(before) - self.right)
            torch.add(before[inner], self.layers[0].over(before), out=between[inner])
            between[gaps] = 0
            torch.add(between[inner], self.layers[1].over(between), out=place[inner])
            return before, between

    def _each(self, layer: int, sequences: torch.Tensor) -> torch.Tensor:
        plain = sequences[:, self.left : sequences.shape[1] - self.right]
        windows = sequences.unfold(1, self.order, 1).transpose(2, 3).reshape(plain.shape[:2].numel(), -1)
        out: torch.Tensor = self.layers[layer].of(windows).view(plain.shape)
        return out.add_(plain)

    def edges(self, *args: Any) -> tuple[Floats, Floats]:
        with torch.inference_mode(), one_thread():
            return super().edges(*args)

    def _floats(self, rows: torch.Tensor) -> Floats:
        floats: Floats = rows.float().numpy()
        return floats


class _Layer:
    """``relu(conv(rows))``, weights laid out for both ways to get there."""

    def __init__(self, order: int, kernel: Floats, bias: Floats) -> None:
        windows = torch.from_numpy(kernel).bfloat16().view(order, -1, len(bias)).permute(2, 0, 1)
        self.matrix = windows.flatten(1).contiguous()
        self.image = windows.transpose(1, 2).unsqueeze(2).contiguous(memory_format=torch.channels_last)
        self.bias = torch.from_numpy(bias).bfloat16()

    def over(self, rows: torch.Tensor) -> torch.Tensor:
        """Of rows ``(n, 256)`` where the window fits."""
        return torch.conv2d(rows.T[None, :, None], self.image, self.bias)[0, :, 0].T.relu_()

    def of(self, windows: torch.Tensor) -> torch.Tensor:
        """Of single windows ``(n, order * 256)``."""
        return torch.nn.functional.linear(windows, self.matrix, self.bias).relu_()


class Bfloat16SentenceEncoder(UniversalSentenceEncoder):
    """The default encoder in reduced precision: cosines to its vectors from 0.9999; on other processors slower."""

    name = "use-bf16"
    fitted_as = "use"
    branch = Bfloat16Branch


def one_thread() -> AbstractContextManager[Any]:
    """Products on the calling thread alone: it is one of ours, of which there is one a core."""
    limited: AbstractContextManager[Any] = _openmp().limit(limits=1)
    return limited


@cache
def _openmp() -> Any:
    return ThreadpoolController().select(user_api="openmp")
