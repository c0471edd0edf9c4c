"""What an adapter does to one weight, row by row and in float32: so that a weight of any size is merged in pieces.

It knows nothing of files or models. The formulas are peft's (its `merge` of each layer), which the proof holds them to.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


class Change:
    """What is done to a weight. `whole`: it has to see all of the weight before it can change a piece of it."""

    whole = False

    def see(self, piece: "Tensor", first: int) -> None:
        """Looks at rows `first` on, as the changes before this one leave them."""

    def apply(self, piece: "Tensor", first: int) -> None:
        """Changes rows `first` on, in place. `piece` is float32 [rows, ...]."""
        raise NotImplementedError


@dataclass
class Replacement(Change):
    """Another weight in its place."""

    weight: "Tensor"

    def apply(self, piece: "Tensor", first: int) -> None:
        piece.copy_(self.weight[first : first + len(piece)])


@dataclass
class Rows(Change):
    """Other rows in the place of some: `places` int64 [n], `rows` [n, columns]."""

    places: "Tensor"
    rows: "Tensor"

    def apply(self, piece: "Tensor", first: int) -> None:
        here = (self.places >= first) & (self.places < first + len(piece))
        piece.index_copy_(0, self.places[here] - first, self.rows[here].to(piece.dtype))


@dataclass
class LowRank(Change):
    """`scaling * left @ right` added, [rows, rank] @ [rank, columns], float32 (Hu et al., arXiv:2106.09685)."""

    left: "Tensor"
    right: "Tensor"
    scaling: float

    def apply(self, piece: "Tensor", first: int) -> None:
        piece.addmm_(self.left[first : first + len(piece)], self.right, alpha=self.scaling)


@dataclass
class RowNorms(Change):
    """Each row given a norm of its own: `magnitude` [rows] (DoRA of a linear layer, Liu et al., arXiv:2402.09353)."""

    magnitude: "Tensor"

    def apply(self, piece: "Tensor", first: int) -> None:
        wanted = self.magnitude[first : first + len(piece)]
        piece.mul_((wanted / piece.norm(dim=1)).unsqueeze(1))


@dataclass
class ColumnNorms(Change):
    """Each column given a norm of its own: `magnitude` [columns] (DoRA of an embedding)."""

    magnitude: "Tensor"
    squares: "Tensor | None" = None  # float64 [columns], of what was seen
    whole = True

    def see(self, piece: "Tensor", first: int) -> None:
        seen = piece.double().square().sum(dim=0)
        self.squares = seen if self.squares is None or first == 0 else self.squares + seen

    def apply(self, piece: "Tensor", first: int) -> None:  # noqa: ARG002 - as of every change
        assert self.squares is not None
        piece.mul_(self.magnitude / self.squares.sqrt().to(piece.dtype))


def same(left: list[Change], right: list[Change]) -> bool:
    """Whether two weights that begin equal end equal."""
    import torch

    if [type(change) for change in left] != [type(change) for change in right]:
        return False
    for one, other in zip(left, right, strict=True):
        for name, value in vars(one).items():
            theirs = getattr(other, name)
            equal = torch.equal(value, theirs) if isinstance(value, torch.Tensor) else value == theirs
            if not equal:
                return False
    return True
