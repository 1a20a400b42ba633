"""The front of a card before a camera: 照合番号B is read there instead of typed."""
