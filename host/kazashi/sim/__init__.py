"""A simulated reader, chip, card and radio: for demo and tests, imported by nobody else."""
