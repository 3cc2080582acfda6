"""The state of an emulator as a document, and its file."""
