"""A simulated reader, chip, card and radio: for demos and tests only."""
