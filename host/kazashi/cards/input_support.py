"""券面事項入力補助AP: name, address, birth and sex as text.

Ref: soltia48/myna-card, ap/text.rs. This application also holds the My Number. Nothing here reads
it: a medical institution has no reason to. Phones do not have this application.
"""

from kazashi.cards.apdu import Channel
from kazashi.cards.cv_certificate import CV_CERTIFICATE, CvCertificate
from kazashi.cards.errors import Doubt, NotGenuine, PinRequired, SurfaceAbsent
from kazashi.cards.files import Files
from kazashi.cards.surface import INTEGRITY, ITEMS, FourItems, IntegrityRecord
from kazashi.cards.verify import CodeB, Pin

AID = bytes.fromhex("d3921000310001010408")

_PIN, _CODE_B = 0x11, 0x15


class InputSupportSession:
    """券面事項入力補助AP of the card behind `channel`, selected.

    Raises:
        SurfaceAbsent: the card does not have it.
    """

    def __init__(self, channel: Channel) -> None:
        self._files = Files(channel, AID, SurfaceAbsent, PinRequired)
        self._pin = Pin(channel, _PIN)
        self._code_b = CodeB(channel, _CODE_B)

    def pin_tries_left(self) -> int | None:
        """How many tries the 4-digit PIN has left; None: without limit. Asking uses no try.

        This application and JPKI count tries separately.

        Raises:
            PinBlocked: no try is left.
            PinAbsent: the card was issued without a PIN.
        """
        return self._pin.tries_left()

    def verify_pin(self, pin: str, *, with_last_try: bool = False) -> None:
        """Send the 4-digit PIN to the card, once. See `verify.Pin`."""
        self._pin.verify(pin, with_last_try=with_last_try)

    def verify_code_b(self, code: str) -> None:
        """Send 照合番号B to the card, once. See `verify.CodeB`."""
        self._code_b.verify(code)

    def four_items(self) -> FourItems:
        """Name, address, birth and sex, as the card's issuer signed them.

        The signature is checked with the key that the card supplies. No anchor confirms that this
        key belongs to an issuer.

        Raises:
            PinRequired: verify the PIN or 照合番号B first.
            MalformedFile: a file is not readable.
            NotGenuine: the items differ from what was signed.
        """
        data = self._files.read(ITEMS)
        items = FourItems.parse(data)
        record = IntegrityRecord.parse(self._files.read(INTEGRITY))
        certificate = CvCertificate.parse(self._files.read(CV_CERTIFICATE))
        is_signed = certificate.key.signed(record.signature, record.body)
        if not (is_signed and record.covers(data)):
            raise NotGenuine(Doubt.CHANGED_RECORD)
        return items
