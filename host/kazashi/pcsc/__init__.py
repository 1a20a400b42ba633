"""PC/SC, the interface that programs for card readers know."""
