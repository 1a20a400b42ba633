"""What can go wrong with the journal, sorted by what a person can do about it.

    JournalError         base; catch it to catch everything below
    ├── JournalMissing   there is none to read: see `path`
    ├── JournalFull      no space: free some; it goes on by itself
    ├── JournalBusy      another program has it for too long: try again
    ├── JournalRefused   the system does not let us read or write it
    ├── JournalNotLocal  on a network: name a file on a local disk
    ├── JournalBroken    damaged, or no journal at all: move it away
    └── JournalNewer     written by a newer release: update this one

What was told as kept before stays kept. A patient may go on without a journal; whoever asked for
the entry decides that, and tells the staff.
"""

from pathlib import Path

from kazashi.reception.errors import ReceptionError


class JournalError(ReceptionError):
    """`path` is the journal's file; `on_screen` tells the staff, in plain Japanese."""

    on_screen = "受付の記録が使えません。"

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        super().__init__(text)


class JournalMissing(JournalError):
    """Nobody has checked in yet, or it stands elsewhere."""

    on_screen = "受付の記録がありません。"

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"no journal at {path}: name another with --journal, or check in")


class JournalFull(JournalError):
    """This entry was not kept; those before it were."""

    on_screen = "空き容量が足りず、受付の記録が残せません。不要なファイルを消してください。"

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            f"no space for the journal {path}: free some on its disk, it then goes on by itself; "
            "where there is space enough, the disk fails: replace it",
        )


class JournalBusy(JournalError):
    """It was locked for longer than the wait."""

    on_screen = "受付の記録が使用中です。少し待って、もう一度お試しください。"

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, f"the journal {path} is in use: close the program that has it, or try again"
        )


class JournalRefused(JournalError):
    """`reason`: in the system's words."""

    on_screen = "受付の記録を開けません。"

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(
            path,
            f"the journal {path} cannot be opened or written ({reason}): "
            "ask for the right to, or name another file",
        )


class JournalNotLocal(JournalError):
    """It would stand on another machine, where SQLite cannot keep it safely."""

    on_screen = "受付の記録は、このパソコンのディスクに置いてください。"

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            f"the journal {path} is on a network: name a file on a local disk with --journal",
        )


class JournalBroken(JournalError):
    """`reason`: what is wrong with it. It was left as it is."""

    on_screen = "受付の記録が壊れています。"

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(
            path,
            f"{path} is damaged or no journal ({reason}): "
            "move it away and keep it, a new one is made",
        )


class JournalNewer(JournalError):
    """`theirs`: the revision of its tables; `ours`: the newest that we know."""

    on_screen = "受付の記録の形式が新しすぎます。このプログラムを更新してください。"

    def __init__(self, path: Path, theirs: int, ours: int) -> None:
        self.theirs, self.ours = theirs, ours
        super().__init__(
            path,
            f"the journal {path} has revision {theirs}, this program knows {ours}: update kazashi",
        )
