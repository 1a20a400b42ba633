"""The table [terminal] of the configuration: the client certificate of the terminal.

[terminal]
certificate = "terminal.p12"   # its backup file: PKCS#12 or PEM
password = "terminal.password" # a file of mode 0600 with the password of a PKCS#12

[serve] has the certificate of the service: see serve/settings.py.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from kazashi.reception.settings import Table, load


@dataclass(frozen=True)
class TerminalSettings:
    """`certificate`, `site_certificate`: None, its dates are not watched.

    `password`: a file; None: none is needed. `site_certificate`: of the service, for https.
    """

    certificate: Path | None = None
    password: Path | None = None
    site_certificate: Path | None = None

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """What stands in the file at `path`; None: nothing is configured.

        Raises:
            BadSettings: it cannot be read, or a field is wrong. Whether the files are there is no
                part of it: that is a finding.
        """
        settings, folder = (load(path), path.parent) if path else ({}, Path())
        table = Table("terminal", settings.get("terminal", {}), folder)
        of_site = Table("serve", settings.get("serve", {}), folder)
        read = cls(
            _path(table, "certificate"), _path(table, "password"), _path(of_site, "certificate")
        )
        table.close()
        return read


def _path(table: Table, key: str) -> Path | None:
    return table.path(key) if table.has(key) else None
