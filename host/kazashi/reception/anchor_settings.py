"""The anchors, as they are configured.

[anchors]
authorities = ["auth_ca_2019.pem", "auth_ca_2023.pem"]  # 利用者証明用認証局, PEM or DER
cv_keys = [{ id = "0123…", n = "c4ac…", e = 65537 }]    # of the surface applications, hex
policies = ["1.2.392.200149.8.5.1.3.30"]                # one must be named; default: any will do
test = false                                            # true: none of them is real
"""

import re
from collections.abc import Mapping
from pathlib import Path

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.reception.anchors import Anchor, Anchors
from kazashi.reception.settings import Flaw, Table, content

_KEY_ID_DIGITS = 32
_OID = r"[0-2](\.(0|[1-9][0-9]*))+"
_LEAST_BITS, _MOST_E = 2048, 0xFFFFFFFF
_MOST = 1_000_000  # bytes of a file of certificates


def configured_anchors(settings: Mapping[str, object], folder: Path) -> Anchors:
    """The anchors in a configuration; without [anchors] there are none. `folder`: of its file.

    Raises:
        BadSettings: a field is wrong, or its file; or there is none of that name.
    """
    table = Table("anchors", settings.get("anchors", {}), folder)
    is_test = table.flag("test")
    authorities = [
        anchor
        for name in table.listed("authorities")
        for anchor in _authorities(table, name, folder, is_test)
    ]
    cv_keys = [
        _cv_key(Table(f"anchors.cv_keys[{index}]", key, folder))
        for index, key in enumerate(table.listed("cv_keys"))
    ]
    policies = frozenset(_policy(table, policy) for policy in table.listed("policies"))
    table.close()
    return Anchors(tuple(authorities), tuple(cv_keys), is_test, policies)


def _policy(table: Table, policy: object) -> str:
    if not isinstance(policy, str) or not re.fullmatch(_OID, policy):
        raise table.wrong("policies", Flaw.NOT_POLICIES)
    return policy


def _authorities(table: Table, name: object, folder: Path, is_test: bool) -> tuple[Anchor, ...]:
    if not isinstance(name, str):
        raise table.wrong("authorities", Flaw.NOT_FILE_NAMES)
    try:
        data = content(folder / name, _MOST)
    except OSError as error:
        raise table.wrong("authorities", Flaw.FILE_UNREADABLE, name) from error
    try:
        return Anchors.of([data], is_test=is_test).authorities
    except ValueError as error:
        raise table.wrong("authorities", Flaw.NO_ANCHOR, f"{name}: {error}") from error


def _cv_key(table: Table) -> CvAnchor:
    key_id, n = table.text("id"), table.text("n")
    e = table.number("e", 3, _MOST_E)
    table.close()
    if not re.fullmatch(f"[0-9a-fA-F]{{{_KEY_ID_DIGITS}}}", key_id):
        raise table.wrong("id", Flaw.NOT_HEXADECIMAL, str(_KEY_ID_DIGITS))
    if not re.fullmatch("[0-9a-fA-F]+", n) or int(n, 16).bit_length() < _LEAST_BITS:
        raise table.wrong("n", Flaw.TOO_FEW_BITS, str(_LEAST_BITS))
    if e % 2 != 1:
        raise table.wrong("e", Flaw.EVEN)
    return CvAnchor(bytes.fromhex(key_id), int(n, 16), int(e))
