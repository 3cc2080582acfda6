"""Refusals of the emulator's own paths: https://www.rfc-editor.org/rfc/rfc9457."""

from collections.abc import Mapping
from http import HTTPStatus

from authflow.emulator._transports.control.responses import AsciiJSONResponse


class Problem(Exception):
    """A request is refused.

    Attributes:
        status: the HTTP status.
        detail: what was wrong, where, and what to do.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def respond(self, headers: Mapping[str, str] | None = None) -> AsciiJSONResponse:
        """Return the response, with these headers too."""
        content = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        content["detail"] = self.detail
        return AsciiJSONResponse(content, self.status, headers, media_type="application/problem+json")
