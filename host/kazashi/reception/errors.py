"""What can go wrong beside reader and card: `ReceptionError`, base of the rooms' own errors."""


class ReceptionError(Exception):
    """str: one line that tells staff what to do next; `on_screen`: plain Japanese."""

    on_screen: str = "受付ができません。係の者をお呼びください。"
