"""A mapping that grows without being copied each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar, overload

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Other = TypeVar("_Other")

# So many additions share one copy of all that came before.
RECENT_MAX = 128


class GrowingMap(Mapping[_Key, _Value], Generic[_Key, _Value]):
    """A mapping of which nothing ever changes; `with_item` gives one that has one item more.

    Equal to any mapping with equal items.  In order of addition.
    """

    __slots__ = ("_earlier", "_recent")

    def __init__(
        self,
        earlier: Mapping[_Key, _Value] | None = None,
        recent: dict[_Key, _Value] | None = None,
    ) -> None:
        self._earlier: Mapping[_Key, _Value] = {} if earlier is None else earlier
        self._recent: dict[_Key, _Value] = {} if recent is None else recent

    def with_item(self, key: _Key, value: _Value) -> GrowingMap[_Key, _Value]:
        """Return the mapping with one item more, or with another value for a key that it has."""
        if key in self._earlier or len(self._recent) >= RECENT_MAX:
            return GrowingMap({**self._earlier, **self._recent, key: value})
        return GrowingMap(self._earlier, {**self._recent, key: value})

    def __getitem__(self, key: _Key) -> _Value:
        if key in self._recent:
            return self._recent[key]
        return self._earlier[key]

    @overload
    def get(self, key: _Key) -> _Value | None: ...

    @overload
    def get(self, key: _Key, default: _Value | _Other) -> _Value | _Other: ...

    def get(self, key: _Key, default: _Value | _Other | None = None) -> _Value | _Other | None:
        """Return the value of a key, or the default; that of `Mapping` raises and catches."""
        if key in self._recent:
            return self._recent[key]
        return self._earlier.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._recent or key in self._earlier

    def __iter__(self) -> Iterator[_Key]:
        return chain(self._earlier, self._recent)

    def __len__(self) -> int:
        return len(self._earlier) + len(self._recent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]
