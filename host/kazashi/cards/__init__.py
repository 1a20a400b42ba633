"""Card applications: sessions over anything that has transmit(apdu)."""
