"""Why the site's database does not take entries, from the errors on the way to it."""

import re
from enum import StrEnum, unique

import psycopg
from psycopg import errors

from kazashi.reception.journal import JournalError
from kazashi.site.line import PasswordUnusable
from kazashi.site.schema import SchemaNewer


@unique
class Trouble(StrEnum):
    """The values are keys of its words. In each case the entries stay in the journal."""

    UNREACHABLE = "unreachable"  # or it does not answer in time
    REFUSED = "refused"  # name, password or rights
    PASSWORD = "password"  # its file cannot be used, or is open to others
    FULL = "full"
    ENCODING = "encoding"  # it does not have each character
    NEWER = "newer"  # a newer release made its tables
    JOURNAL = "journal"  # that cannot be read
    OTHER = "other"


AWAY = (psycopg.Error, OSError, SchemaNewer)  # errors on the way to the database

_FULL = (errors.DiskFull, errors.OutOfMemory, errors.ConfigurationLimitExceeded)
_REFUSED = (
    *(errors.InvalidAuthorizationSpecification, errors.InsufficientPrivilege),
    *(errors.InvalidCatalogName, errors.ReadOnlySqlTransaction),
)
# While a connection is opened there is no code, only words, in PostgreSQL's own language.
_REFUSING = re.compile(
    r"pg_hba\.conf|password|authentication|permission|not permitted|does not exist|certificate"
    r"|not currently accepting|SSL was required|parameter|argument"
    r"|認証|拒否|許可されません|存在しません|証明|受け付けません|パラメータ|引数"
)


def trouble_of(error: Exception) -> Trouble:
    """What it means to a person."""
    match error:
        case PasswordUnusable():
            return Trouble.PASSWORD
        case SchemaNewer():
            return Trouble.NEWER
        case JournalError():
            return Trouble.JOURNAL
        case errors.UntranslatableCharacter():
            return Trouble.ENCODING
        case psycopg.Error() if isinstance(error, _FULL) or "No space left" in str(error):
            return Trouble.FULL
        case psycopg.Error() if isinstance(error, _REFUSED):
            return Trouble.REFUSED
        case psycopg.Error(sqlstate=None) if _REFUSING.search(str(error)):
            return Trouble.REFUSED
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return Trouble.UNREACHABLE
        case _:
            return Trouble.OTHER
