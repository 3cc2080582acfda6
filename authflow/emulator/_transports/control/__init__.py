"""The emulator's own paths, below ``/_authflow``."""
