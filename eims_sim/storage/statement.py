"""What is a statement, once it is compiled?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Statement(NamedTuple):
    """SQL with a question mark for each parameter, their names in order, and the values of those that never change."""

    text: str
    order: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = MappingProxyType({})

    def bind(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The parameters in the order of the text."""
        fixed = self.fixed
        return tuple([values[name] if name in values else fixed[name] for name in self.order])
