"""Signing in: how it begins (flows), what is asked (challenges), and what comes next (progress)."""
