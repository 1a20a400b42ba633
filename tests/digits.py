"""Finds a PIN, which is short, in texts that have times, ids and digests, too."""

import re


def stands_in(secret, text):
    """Whether it does, and not as a part of a longer number or digest."""
    return re.search(rf"(?<![0-9a-f.]){re.escape(secret)}(?![0-9a-f])", text) is not None
