"""Boards on USB: which are there, who uses their ports, what udev should know of them."""
