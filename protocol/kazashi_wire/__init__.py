"""What the Kazashi host and the reader must agree on. Start with messages.py."""
