"""What people at the desk read: plain Japanese first, English beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One message in both languages."""

    ja: str
    en: str
