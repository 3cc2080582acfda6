"""Stores outside this process, one module for each."""
