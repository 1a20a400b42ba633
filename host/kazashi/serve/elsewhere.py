"""Other computers of the site: what the service needs of that which connects them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from kazashi.reception.journal import Held
from kazashi.reception.outage import HeldPeople


class ShownElsewhere(Protocol):
    """A desk of another computer. `shown`: as that computer wrote it; check it before use."""

    @property
    def computer(self) -> str: ...
    @property
    def desk(self) -> str: ...
    @property
    def shown(self) -> Mapping[str, object]: ...
    @property
    def is_away(self) -> bool: ...


class Elsewhere(Protocol):
    """Computers tell one another what their desks show."""

    @property
    def others(self) -> Sequence[ShownElsewhere]: ...

    def show(self, desk: str, shown: Mapping[str, object]) -> None:
        """From any thread: what that desk of this computer shows from now on."""
        ...

    def tell(self, changed: Callable[[], None]) -> None:
        """Call it, in any thread, if another desk changes."""
        ...


class HeldElsewhere(Protocol):
    """People held at other computers. `is_away`: it is not known now whether they still are."""

    @property
    def others(self) -> Sequence[Held]: ...
    @property
    def is_away(self) -> bool: ...

    def people(self) -> AbstractContextManager[HeldPeople]:
        """To ask about those of all computers, in the calling thread."""
        ...

    def tell(self, changed: Callable[[], None]) -> None:
        """Call it, in any thread, if any of it changes."""
        ...
