"""Properties of a simulated card at its issue, and the tries left since."""

from dataclasses import dataclass

PIN_TRIES, CODE_TRIES = 3, 10


@dataclass(frozen=True)
class Issued:
    """The state of a card. `tries_left`: of each 4-digit PIN; `code_tries`: of 照合番号B.

    `has_pin`: False for 顔認証マイナンバーカード; that its PIN's file is not there, rather than
    blocked, is not confirmed by a real card. `has_certificate`: False without that for user
    authentication; EF 0008 shows it, as it does for a child's missing one for signatures
    (soltia48/myna-card), but that zeros fill its file is not confirmed.
    """

    pin: str = "1234"
    tries_left: int = PIN_TRIES
    has_pin: bool = True
    has_certificate: bool = True
    code_tries: int = CODE_TRIES
    takes_extended: bool = True


USUAL = Issued()
