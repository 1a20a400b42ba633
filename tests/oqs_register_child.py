"""Registers 照会番号 of patients, until it is done or killed.

    python oqs_register_child.py FOLDER COUNT

In FOLDER lie req, res and all that it keeps. It says a line for each patient.
"""

import sys
from pathlib import Path

from kazashi.oqs import exchange, publish
from kazashi.oqs.exchange import Exchange, Terminal
from kazashi.oqs.ledger import Ledger
from kazashi.oqs.message import ReferenceNumberRegistrationInfo
from kazashi.oqs.publish import Folder
from kazashi.oqs.register import ToRegister, register_each
from kazashi.oqs.registered import Registered
from kazashi.reception.numbers.marks import Marks

exchange._LOOK_S = 0.005
publish._OLD_S = 0.0  # no other program is at work
folder, count = Path(sys.argv[1]), int(sys.argv[2])
terminal = Terminal(Folder(folder / "req", folder / "staging"), folder / "res")
asking = Exchange(terminal, "1319999996", Ledger(folder / "asked"))
patients = [
    ToRegister(
        line,
        f"{line}",
        ReferenceNumberRegistrationInfo(
            reference_number=f"{line}",
            insurer_number="06139992",
            insured_identification_number=f"{line:07}",
        ),
    )
    for line in range(count)
]
kept = Registered(folder / "registered", Marks(bytes(32)))
for entry, came in register_each(asking, kept, patients):
    sys.stdout.write(f"{entry.number} {came}\n")
    sys.stdout.flush()
