"""Card applications: sessions over anything that has transmit(apdu).

One application is selected at a time. Opening a session on another one ends the session before:
the card forgets the verified PIN or code, and commands of the old session would reach the new
application.
"""
