"""_crypto."""
