"""Card applications: sessions over anything that has transmit(apdu).

One application is selected at a time. To open a session on another ends the one before: its PIN
or code is forgotten, and its commands would go to the other.
"""
