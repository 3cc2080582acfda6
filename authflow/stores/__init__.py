"""Flow and device stores: they keep flows between requests, and remembered devices between sign-ins."""

__all__: list[str] = []
