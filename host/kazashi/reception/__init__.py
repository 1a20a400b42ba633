"""The face-authentication card reader: who is it, how do we know, what did they agree to."""
