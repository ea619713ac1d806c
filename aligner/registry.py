"""Names of one family, each imported only when asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from aligner.errors import MissingExtra, UnknownName


@dataclass(frozen=True, slots=True)
class Part:
    """One member of a family.

    ``target`` is ``module:attribute``; ``requires`` are the importable names of optional packages and ``extra`` the
    extra of ours that installs them (``pip install aligner[extra]``).
    """

    target: str
    summary: str
    extra: str = ""
    requires: tuple[str, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """The optional packages that this part needs and that are not installed."""
        return tuple(name for name in self.requires if find_spec(name) is None)

    def load(self) -> Any:
        """Import and return it, whether or not the packages that it works with are installed."""
        module, attribute = self.target.split(":")
        return getattr(import_module(module), attribute)


class Registry(Mapping[str, Part]):
    """The parts of one family by name, in the order in which they were written down."""

    def __init__(self, family: str, parts: Mapping[str, Part]) -> None:
        self.family = family
        self._parts = dict(parts)

    def __getitem__(self, name: str) -> Part:
        try:
            return self._parts[name]
        except KeyError as error:
            known = ", ".join(self._parts)
            raise UnknownName(f"{self.family} {name!r}: no such {self.family}; choose one of {known}") from error

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def check(self, name: str) -> Part:
        """The part of this name, known to be usable, without importing it.

        Raises:
            UnknownName: no part has this name.
            MissingExtra: a package that the part needs is not installed.
        """
        part = self[name]
        if missing := part.missing():
            raise MissingExtra(
                f"{self.family} {name!r}: needs {', '.join(missing)}; run: pip install 'aligner[{part.extra}]'"
            )
        return part

    def load(self, name: str) -> Any:
        """Import and return the part of this name.

        Raises:
            UnknownName: no part has this name.
            MissingExtra: a package that the part needs is not installed.
        """
        return self.check(name).load()
