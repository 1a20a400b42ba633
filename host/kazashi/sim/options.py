"""The options of a simulated reader, after `sim:?`, and the cards that they name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl

from kazashi.device_files import board_names

from .ailments import BOARD, FAULTS
from .authority import Authority
from .card import BankCard, MyNumberCard
from .issued import CODE_TRIES, PIN_TRIES, Issued
from .jpki import ANDROID, IPHONE, Jpki
from .person import Person
from .picc import FRAME_SIZES, BlockSettings, TypeA, TypeB
from .pn532 import BAUD_RATES
from .radio import Picc

BUSES = ("spi", "hsu", "i2c")  # hsu: the UART
# The last one has 31-bit small ints and ticks that wrap at 2^30, as the RP2040's has.
INTERPRETERS = ("cpython", "micropython", "micropython32")


@dataclass(frozen=True)
class Options:
    """The options after `sim:?`. Times are seconds of simulated time."""

    card: str = "mynumber"  # one of CARDS
    pin: str = "1234"
    tries: int = PIN_TRIES  # left for the 4-digit PINs at the start
    code_tries: int = CODE_TRIES  # left for 照合番号B at the start
    expires: int = 5 * 365  # days from today to the last day of the certificate; may be negative
    certificate: int = 1600  # bytes, 1200 to 2000
    extended: bool = True  # the card takes extended length
    fsc: int = 256  # bytes of the longest frame that the card takes
    tap: float = 0.3  # when the card is laid down
    pull: float = 0.0  # how long it lies there; 0: for ever
    chip: float = 0.0005  # the chip's own time for a command
    chip_rate: int = 424  # kbit/s: the fastest that the chip speaks with Type B
    speed: float = 1.0  # of simulated time
    interpreter: str = "cpython"  # one of INTERPRETERS
    board: str = "pico"
    bus: str = "spi"  # between board and chip, one of BUSES
    hsu_max: int = BAUD_RATES[-1]  # bit/s: the highest rate without errors on the UART's line
    usb: str = (
        ""  # HOST:PORT of its USB CCID interface: stand_ins/usb_device.py; empty: it has none
    )
    fault: str = ""  # one of ailments.FAULTS; empty: none

    @classmethod
    def parse(cls, url: str) -> "Options":
        """Parse `url`. Raises ValueError with the reason."""
        if not url.startswith("sim:"):
            raise ValueError(f"{url} is no simulated reader: give sim: or pico:IMAGE, with options")
        kinds = {f.name: f.type for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, text in parse_qsl(url.partition("?")[2], keep_blank_values=True):
            if name not in kinds:
                raise ValueError(f"sim: has no option {name}, only {', '.join(kinds)}")
            try:
                values[name] = _CONVERTERS[kinds[name]](text)
            except (ValueError, KeyError):
                raise ValueError(f"sim: option {name} cannot be {text!r}") from None
        options = cls(**values)
        options.check()
        return options

    def check(self) -> None:
        """Raises ValueError if a value is invalid."""
        choices: dict[str, Collection[object]] = {
            "card": CARDS,
            "fsc": FRAME_SIZES,
            "chip_rate": (106, 212, 424),
            "interpreter": INTERPRETERS,
            "board": board_names(),
            "bus": BUSES,
            "hsu_max": BAUD_RATES,
            "fault": ("", *FAULTS),
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                named = ", ".join(str(each) for each in known if each != "")
                raise ValueError(f"sim: {name} is one of {named}")
        if self.fault in BOARD and self.interpreter != "cpython":
            raise ValueError(f"sim: fault {self.fault} needs interpreter=cpython")
        if not 1200 <= self.certificate <= 2000:
            raise ValueError("sim: certificate is 1200 to 2000")
        if not 1 <= self.speed <= 1000:  # slower, the firmware's own limits would run out
            raise ValueError("sim: speed is 1 to 1000")
        if not (0 <= self.tries <= PIN_TRIES and 0 <= self.code_tries <= CODE_TRIES):
            raise ValueError(f"sim: tries is 0 to {PIN_TRIES}, code_tries 0 to {CODE_TRIES}")
        if not -10_000 <= self.expires <= 10_000:
            raise ValueError("sim: expires is -10000 to 10000 days")
        if not (self.tap >= 0 and self.pull >= 0 and 0 <= self.chip < 0.1):
            raise ValueError("sim: tap and pull are 0 or more, chip is 0 to 0.1 seconds")
        if len(self.pin) != 4 or not (self.pin.isascii() and self.pin.isdigit()):
            raise ValueError("sim: pin has four digits")


_CONVERTERS: dict[object, Callable[[str], object]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda text: {"0": False, "1": True}[text],
}


_EXPIRED = -200  # days: beyond the last day of the third month that follows


def _card(options: Options, fwi: int = 10) -> list[Picc]:
    return [_type_b(options, MyNumberCard(_person(options), _issued(options)), fwi)]


def _slow_card(options: Options) -> list[Picc]:
    return _card(options, fwi=13)


def _two_cards(options: Options) -> list[Picc]:
    return _card(options) + _card(options)


def _android(options: Options) -> list[Picc]:
    return _phone(options, ANDROID)


def _iphone(options: Options) -> list[Picc]:
    return _phone(options, IPHONE)


def _without_pin(options: Options) -> list[Picc]:
    issued = replace(_issued(options), has_pin=False)
    return [_type_b(options, MyNumberCard(_person(options), issued))]


def _without_certificate(options: Options) -> list[Picc]:
    issued = replace(_issued(options), has_certificate=False)
    return [_type_b(options, MyNumberCard(_person(options), issued))]


def _locked(options: Options) -> list[Picc]:
    return _card(replace(options, tries=0))


def _expired(options: Options) -> list[Picc]:
    return _card(replace(options, expires=_EXPIRED))


def _of_unknown_issuer(options: Options) -> list[Picc]:
    person = _person(options, authority=Authority("Kazashi simulator, unknown"))
    return [_type_b(options, MyNumberCard(person, _issued(options)))]


def _cloned(options: Options) -> list[Picc]:
    card = MyNumberCard(Person(seed=1), _issued(options), copy_of=_person(options))
    return [_type_b(options, card)]


def _infant(options: Options) -> list[Picc]:
    return [_type_b(options, MyNumberCard(_person(options, is_infant=True), _issued(options)))]


def _person(
    options: Options, *, is_infant: bool = False, authority: Authority | None = None
) -> Person:
    return Person(
        options.certificate,
        expires_days=options.expires,
        is_infant=is_infant,
        authority=authority,
    )


def _issued(options: Options) -> Issued:
    return Issued(
        pin=options.pin,
        tries_left=options.tries,
        code_tries=options.code_tries,
        takes_extended=options.extended,
    )


def _type_b(options: Options, card: MyNumberCard, fwi: int = 10) -> TypeB:
    return TypeB(card, BlockSettings(fsci=FRAME_SIZES.index(options.fsc), fwi=fwi))


def _phone(options: Options, label: str) -> list[Picc]:
    """It has no surface application."""
    jpki = Jpki(_person(options), _issued(options), label=label)
    return [TypeA(jpki, BlockSettings(fsci=FRAME_SIZES.index(options.fsc), fwi=8, sfgi=4))]


CARDS: dict[str, Callable[[Options], list[Picc]]] = {
    "mynumber": _card,
    "slow": _slow_card,  # it may take 2.5 s to begin an answer
    "android": _android,
    "iphone": _iphone,
    "pinless": _without_pin,
    "uncertified": _without_certificate,  # none for user authentication
    "locked": _locked,  # no try of the PIN is left
    "expired": _expired,
    "unknown": _of_unknown_issuer,
    "cloned": _cloned,  # all readable files, and none of the keys
    "infant": _infant,
    "bank": lambda _options: [TypeA(BankCard())],
    "tag": lambda _options: [TypeA(None)],
    "two": _two_cards,
    "none": lambda _options: [],
}
