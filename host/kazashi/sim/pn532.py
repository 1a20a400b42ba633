"""The PN532 at byte level: host frames in, host frames out, and their effects on the field.

Ref: NXP UM0701-02 as quoted by libnfc, nfcpy, dotnet/iot and pn532.js; the first two drive this
model in the tests. The buses are in ports.py; this module is the part common to all.

Bit rates above 106 kbit/s are for Type B, by the speed bits of TxMode and RxMode (nfcpy pn53x.py);
a chip without them stays at 106.

Diagnose is as dotnet/iot Pn532.cs and Pietro Saccardi's bits.hpp quote §7.2.1; its antenna test
fills Andet_Control (610C). The real test is specified for 5 V only (NXP community, 822792).

Not modelled: target mode, FeliCa, Jewel and NFC-DEP (no answers), and Diagnose's endless echo.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kazashi_wire.messages import Technology

from . import hostframe
from .activation import Activation, Target
from .dialogue import Dialogue
from .engine import EngineError
from .hostframe import SYNTAX_ERROR
from .radio import Air, AirFrame, Clock, crc_a, crc_b

VERSION = bytes.fromhex("32010607")  # PN532, 1.6, ISO 14443 A, B and ISO 18092
BAUD_RATES = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)

GOOD, BAD = b"\x00", b"\xff"  # results of a self test

TIMEOUT, CRC_ERROR, BUFFER_OVERFLOW, BAD_PARAMETER, BAD_CONTEXT = 0x01, 0x02, 0x09, 0x10, 0x27

_MOST_IN = 262  # octets that InDataExchange returns at once, UM §7.3.8
_MOST_THRU = 264

_TX_MODE, _RX_MODE, _TX_CONTROL = 0x6302, 0x6303, 0x6304
_TX_AUTO, _FIFO_DATA, _BIT_FRAMING = 0x6305, 0x6339, 0x633D
_ANDET_CONTROL = 0x610C
_TOO_LITTLE, _TOO_MUCH = 0x80, 0x40  # bits of Andet_Control
_LEAST_MA = {0x20: 25, 0x30: 35}  # by its bits 5 and 4; the other values are not known
_MOST_MA = (45, 60, 75, 90, 105, 120, 130, 150)  # by its bits 3 to 1
_CRC_ON = 0x80
_AUTO_RATS = 0x10  # of SetParameters
_FRAMING = {0x00: Technology.TYPE_A, 0x03: Technology.TYPE_B}

# In low-battery mode, until SAMConfiguration, commands from this code on are refused. The others
# work: nfcpy asks for the version first, and real chips answer.
_FIRST_ON_AIR = b"\x32"

_FOREVER = float("inf")


class SyntaxFault(Exception):
    """The command is unknown or its parameters make no sense: the chip sends its error frame."""


@dataclass(frozen=True)
class Timing:
    """The chip's own time, seconds. None of it is published: assumptions."""

    ack_s: float = 0.0001
    command_s: float = 0.0005
    nobody_s: float = 0.005  # an activation without an answer


class Pn532(Dialogue):
    """One chip."""

    def __init__(
        self, air: Air, clock: Clock, timing: Timing | None = None, fastest: int = 424
    ) -> None:
        self.air = air
        self._timing = timing or Timing()
        self._fastest = fastest  # kbit/s
        self.version = VERSION
        self.rom, self.ram = GOOD, GOOD  # results of their self tests
        self.antenna_ma = 60.0  # its current [assumed]
        self.drives_antenna = True  # while its field is switched on
        self._activation = Activation(self._exchange, self._timing.nobody_s)
        self._commands: dict[int, Callable[[bytes], bytes]] = {
            0x00: self._diagnose,
            0x02: lambda _: self.version,
            0x04: self._general_status,
            0x06: self._read_register,
            0x08: self._write_register,
            0x0C: lambda _: bytes(3),
            0x0E: lambda _: b"",
            0x10: self._set_baud_rate,
            0x12: self._set_parameters,
            0x14: self._sam_configuration,
            0x16: self._power_down,
            0x32: self._rf_configuration,
            0x40: self._data_exchange,
            0x42: self._communicate_thru,
            0x44: self._deselect,
            0x46: lambda _: bytes((TIMEOUT,)),
            0x4A: self._list_passive_target,
            0x4E: lambda _: bytes((BAD_CONTEXT,)),
            0x50: lambda _: bytes((TIMEOUT,)),
            0x52: self._release,
            0x54: self._select,
            0x56: lambda _: bytes((TIMEOUT,)),
            0x60: self._auto_poll,
        }
        super().__init__(clock, self._timing.ack_s)
        self.reset()

    # --- pins and power ------------------------------------------------------------------------

    def reset(self) -> None:
        """RSTPD_N, or power: the initial state, in low-battery mode."""
        self.forget()
        self.air.switch(on=False)
        self._registers: dict[int, int] = {_TX_AUTO: 0x40}
        self._parameters = 0x14  # AutoATR_RES, AutoRATS
        self._retry_timeout_s = 0.0512
        self._max_activation_retries = 0xFF
        self._target: Target | None = None
        self._is_low_battery = True
        self._is_asleep = False
        self._sleeps_next = False
        self._next_baud: int | None = None
        self.baud = 115200

    def hold(self, *, low: bool) -> None:
        """RSTPD_N changes. Low: the chip is without power; high: it restarts."""
        if low or self.is_held:
            self.reset()
        self.is_held = low

    @property
    def is_asleep(self) -> bool:
        return self._is_asleep

    def wake(self) -> None:
        """The bus woke the chip from power-down."""
        self._is_asleep = False

    # --- the dialogue with the host ------------------------------------------------------------

    def listens_to(self, command: bytes) -> bool:
        return not self._is_low_battery or command[:1] < _FIRST_ON_AIR

    def on_host_ack(self) -> None:
        """An ACK from the host also confirms a new baud rate."""
        if self._next_baud:
            self.baud, self._next_baud = self._next_baud, None

    def on_silence(self) -> None:
        if self._sleeps_next:
            self._is_asleep, self._sleeps_next = True, False

    def carry_out(self, command: bytes) -> tuple[bytes, float] | None:
        self._spent_s = self._timing.command_s
        handler = self._commands.get(command[0])
        try:
            if handler is None:
                raise SyntaxFault
            said = hostframe.answer(command[0], handler(command[1:]))
        except (SyntaxFault, IndexError):
            said = SYNTAX_ERROR
        return None if self._spent_s == _FOREVER else (said, self._spent_s)

    # --- commands off the air ------------------------------------------------------------------

    def _diagnose(self, data: bytes) -> bytes:
        test = data[0]
        if test == 0x00:
            return data
        if test in (0x01, 0x02):
            return self.rom if test == 0x01 else self.ram
        if test == 0x04:  # FeliCa polling: how many of 128 polls failed
            return b"\x80"
        if test == 0x06:
            return bytes((self._attend(),))
        if test == 0x07:
            return self._test_antenna(data[1])
        raise SyntaxFault

    def _test_antenna(self, limits: int) -> bytes:
        found = _TOO_LITTLE * (self.antenna_ma < _LEAST_MA.get(limits & 0x30, 0))
        found |= _TOO_MUCH * (self.antenna_ma > _MOST_MA[limits >> 1 & 0x07])
        self._registers[_ANDET_CONTROL] = limits & 0x3F | found
        return bytes((self._registers[_ANDET_CONTROL],)) if found else GOOD

    def _general_status(self, _data: bytes) -> bytes:
        targets = b"\x01\x01\x00\x00\x00" if self._target else b"\x00"
        return bytes((0x00, int(self.air.is_on))) + targets + b"\x00"

    def _read_register(self, data: bytes) -> bytes:
        addresses = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data) - 1, 2)]
        if not addresses or len(data) % 2:
            raise SyntaxFault
        self._registers[_TX_CONTROL] = 0x83 if self.air.is_on else 0x80
        return bytes(self._registers.get(address, 0) for address in addresses)

    def _write_register(self, data: bytes) -> bytes:
        if not data or len(data) % 3:
            raise SyntaxFault
        for i in range(0, len(data), 3):
            self._registers[int.from_bytes(data[i : i + 2], "big")] = data[i + 2]
        return b""

    def _set_baud_rate(self, data: bytes) -> bytes:
        if data[0] >= len(BAUD_RATES):
            raise SyntaxFault
        self._next_baud = BAUD_RATES[data[0]]
        return b""

    def _set_parameters(self, data: bytes) -> bytes:
        self._parameters = data[0]
        return b""

    def _sam_configuration(self, data: bytes) -> bytes:
        if not 1 <= data[0] <= 4:
            raise SyntaxFault
        self._is_low_battery = False
        return b""

    def _power_down(self, data: bytes) -> bytes:
        if not data[0]:
            return bytes((BAD_PARAMETER,))
        self.air.switch(on=False)
        self._target = None
        self._sleeps_next = True
        return b"\x00"

    def _rf_configuration(self, data: bytes) -> bytes:
        item, values = data[0], data[1:]
        sizes = {0x01: 1, 0x02: 3, 0x04: 1, 0x05: 3, 0x0A: 11, 0x0B: 8, 0x0C: 3, 0x0D: 9}
        if len(values) != sizes.get(item):
            raise SyntaxFault
        if item == 0x01:
            self.air.switch(on=bool(values[0] & 1) and self.drives_antenna)
            if not values[0] & 1:
                self._target = None
        elif item == 0x02:
            exponent = values[2]
            if exponent > 0x10:
                raise SyntaxFault
            self._retry_timeout_s = 100e-6 * 2 ** (exponent - 1) if exponent else _FOREVER
        elif item == 0x05:
            self._max_activation_retries = values[2]
        return b""

    # --- the air -------------------------------------------------------------------------------

    def _exchange(self, frame: AirFrame, timeout_s: float) -> bytes | None:
        """Send a frame; return the response with CRC. The time counts for the current command."""
        heard = self.air.exchange(frame, self._clock.now() + self._spent_s, timeout_s)
        self._spent_s += heard.elapsed_s
        self._registers[_FIFO_DATA] = frame.data[0]  # still there if no response replaced it
        return heard.data

    def _communicate_thru(self, data: bytes) -> bytes:
        tx_mode, rx_mode = self._registers.get(_TX_MODE, 0), self._registers.get(_RX_MODE, 0)
        technology = _FRAMING.get(tx_mode & 0x03)
        if not data or technology is None:
            self._spent_s += min(self._retry_timeout_s, 1.0)
            return bytes((TIMEOUT,))
        crc = crc_a if technology is Technology.TYPE_A else crc_b
        bits = self._registers.get(_BIT_FRAMING, 0) & 0x07 or 8
        on_air = data + crc(data) if tx_mode & _CRC_ON and bits == 8 else data
        rates = self._bit_rate(tx_mode), self._bit_rate(rx_mode)
        answer = self._exchange(AirFrame(technology, on_air, bits, *rates), self._retry_timeout_s)
        if answer is None:
            return bytes((TIMEOUT,))
        if rx_mode & _CRC_ON:
            if len(answer) < 3 or crc(answer[:-2]) != answer[-2:]:
                return bytes((CRC_ERROR,))
            answer = answer[:-2]
        if len(answer) > _MOST_THRU - 1:
            return bytes((BUFFER_OVERFLOW,))
        return b"\x00" + answer

    def _bit_rate(self, mode: int) -> int:
        """The rate in bits 6 to 4 of TxMode or RxMode; 106 if this chip does not support it."""
        bit_rate = 106 << (mode >> 4 & 0x07)
        return bit_rate if bit_rate <= self._fastest else 106

    def _list_passive_target(self, data: bytes) -> bytes:
        most, baud = data[0], data[1]
        if not 1 <= most <= 2 or baud > 4:
            raise SyntaxFault
        self.air.switch(on=True)
        self._target = None
        activate = {0x00: self._activate_a, 0x03: self._activate_b}.get(baud)
        for _ in range(1 + min(self._max_activation_retries, 2)):
            target = activate() if activate else None
            if target:
                self._target = target
                return b"\x01\x01" + target.listing
            self._spent_s += self._timing.nobody_s
        if self._max_activation_retries == 0xFF:
            self._spent_s = _FOREVER
        return b"\x00"

    def _activate_a(self) -> Target | None:
        self._registers.update({_TX_MODE: 0x00, _RX_MODE: 0x00, _TX_AUTO: 0x40})
        target = self._activation.type_a(with_rats=bool(self._parameters & _AUTO_RATS))
        if target:
            self._registers.update({_TX_MODE: _CRC_ON, _RX_MODE: _CRC_ON})
        return target

    def _activate_b(self) -> Target | None:
        self._registers.update({_TX_MODE: 0x83, _RX_MODE: 0x83, _TX_AUTO: 0x00})
        return self._activation.type_b()

    def _data_exchange(self, data: bytes) -> bytes:
        target = self._target
        if not target or data[0] & 0x3F != 1:
            return bytes((BAD_CONTEXT,))
        if target.waiting:
            return self._hand_over(target, target.waiting)
        if not target.engine:
            answer = self._activation.ask(target.technology, data[1:], self._retry_timeout_s)
            return bytes((TIMEOUT,)) if answer is None else b"\x00" + answer
        try:
            return self._hand_over(target, target.engine.transmit(data[1:]))
        except EngineError as error:
            return bytes((error.status,))

    def _hand_over(self, target: Target, response: bytes) -> bytes:
        """The part that fits into one answer; the more-data bit tells the host to ask again."""
        target.waiting = response[_MOST_IN:]
        return bytes((0x40 * bool(target.waiting),)) + response[:_MOST_IN]

    def _attend(self) -> int:
        """Diagnose 06: is the card still there?"""
        target = self._target
        if not target or not target.engine:
            return BAD_CONTEXT
        return 0x00 if target.engine.is_present() else 0x01

    def _deselect(self, data: bytes) -> bytes:
        if data[0] > 1 or (data[0] == 1 and not self._target):
            return bytes((BAD_CONTEXT,))
        if self._target and self._target.engine:
            self._target.engine.deselect()
        return b"\x00"

    def _release(self, data: bytes) -> bytes:
        status = self._deselect(data)
        if status == b"\x00":
            self._target = None
        return status

    def _select(self, data: bytes) -> bytes:
        return b"\x00" if self._target and data[0] == 1 else bytes((BAD_CONTEXT,))

    def _auto_poll(self, data: bytes) -> bytes:
        rounds, period_s, kinds = data[0], data[1] * 0.15, data[2:]
        if not kinds or not period_s:
            raise SyntaxFault
        self.air.switch(on=True)
        self._target = None
        activations = {0: self._activate_a, 0x20: self._activate_a, 3: self._activate_b}
        activations |= {0x10: self._activate_a, 0x23: self._activate_b}
        for _ in range(min(rounds, 3)):
            for kind in kinds:
                target = activations[kind]() if kind in activations else None
                if target and (kind < 0x20 or target.engine):
                    self._target = target
                    listing = b"\x01" + target.listing
                    return bytes((1, kind, len(listing))) + listing
                self._spent_s += period_s
        if rounds == 0xFF:
            self._spent_s = _FOREVER
        return b"\x00"
