"""The JPKI application (公的個人認証) of a My Number Card or phone.

Ref: OpenSC card-jpki.c and pkcs15-jpki.c; jpki/myna; soltia48/myna-card.
"""

from functools import cached_property

from .apdu import CommandApdu
from .application import (
    CONDITIONS,
    LENGTH,
    PARAMETERS,
    Data,
    Entry,
    FileApplication,
    Key,
    Pin,
    Refused,
)
from .issued import PIN_TRIES, USUAL, Issued
from .person import Person
from .pinless import TerminalCheck

JPKI_AID = bytes.fromhex("d392f000260100000001")
CARD, ANDROID, IPHONE = "JPKIAPICCTOKEN2", "JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN"

_PADDING_AFTER_CERTIFICATE = 400  # files are longer than their content
_EMPTY = 2000  # bytes of a file whose certificate was not issued
_TERMINAL_CA = 0x0016


class Jpki(FileApplication):
    """User authentication and signature. `label` in EF 0006 distinguishes card and phones.

    On Android the PIN comes before the certificate. An iPhone was unlocked by its holder's face or
    finger before it is held to the reader: it signs without a PIN, and refuses all commands after
    80 FC (that much in jpki/myna and myna-card; the status word is not confirmed by a real one).
    `chip`: the person whose keys are in it, if another one.
    """

    def __init__(
        self,
        person: Person,
        issued: Issued = USUAL,
        *,
        label: str = CARD,
        chip: Person | None = None,
        command_s: float = 0.002,
        sign_s: float = 0.3,
    ) -> None:
        self.person = person
        self.pin = Pin(issued.pin, PIN_TRIES, issued.tries_left)
        self._sign_pin = Pin("ABC123", 5)
        self._terminal = TerminalCheck(person.authority)
        self._issued = issued
        self._label = label
        self._chip = chip or person
        self._is_finished = False
        guards = (self.pin, self._sign_pin, self._terminal)
        super().__init__(
            JPKI_AID,
            guards,
            takes_extended=issued.takes_extended,
            command_s=command_s,
            sign_s=sign_s,
        )
        self._instructions |= {
            (0x80, 0xFC): self._finish,
            (0x80, 0xA2): self._take_certificate,
            (0x00, 0x84): self._terminal.give_challenge,
            (0x00, 0x82): self._terminal.authenticate,
        }

    @cached_property
    def files(self) -> dict[int, Entry]:
        person, pin, sign_pin = self.person, self.pin, self._sign_pin
        padding_after = bytes(_PADDING_AFTER_CERTIFICATE)
        certificate = person.certificate + padding_after
        authority = person.authority.certificate + padding_after
        signers = () if self._label == IPHONE else (pin, self._terminal)
        files: dict[int, Entry] = {
            0x0001: Data(certificate, (sign_pin,)),
            0x0002: Data(authority),
            0x0006: Data(_token_info(self._label)),
            0x0008: Data(bytes.fromhex("8f8f00")),
            0x000A: Data(certificate, (pin,) if self._label == ANDROID else ()),
            0x000B: Data(authority),
            _TERMINAL_CA: Data(b"", (self._terminal,)),
            0x0017: Key(self._chip.key, signers),
            0x0018: pin,
            0x001A: Key(self._chip.key, (sign_pin,)),
            0x001B: sign_pin,
        }
        if not self._issued.has_pin:
            del files[0x0018]
        if not self._issued.has_certificate:
            files |= {0x0008: Data(bytes.fromhex("8f0000")), 0x000A: Data(bytes(_EMPTY))}
        return files

    def reset(self) -> None:
        self._is_finished = False
        super().reset()

    def _run(self, command: CommandApdu) -> bytes:
        if self._is_finished:
            raise Refused(CONDITIONS)
        return super()._run(command)

    def _take_certificate(self, command: CommandApdu) -> bytes:
        if self._current != _TERMINAL_CA:
            raise Refused(PARAMETERS)
        return self._terminal.take_certificate(command)

    def _finish(self, _command: CommandApdu) -> bytes:
        """The last command, for an iPhone; a card answers that its length is wrong (myna-card)."""
        if self._label != IPHONE:
            raise Refused(LENGTH)
        self._is_finished = True
        return b""


def _token_info(label: str) -> bytes:
    """EF 0006, 160 bytes: a CK_TOKEN_INFO."""
    texts = label.encode().ljust(32) + b"Kazashi simulator".ljust(32) + b"SIMULATED".ljust(16)
    numbers = bytes(16) + bytes(48 - 4) + b"\x00\x00\x03\x01"
    return (texts + numbers + b"9" * 16).ljust(160, b"\x00")[:160]
