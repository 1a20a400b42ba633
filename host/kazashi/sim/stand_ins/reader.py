"""What MicroPython does when a reader's board starts."""

import boot  # noqa: F401
import main  # noqa: F401
