"""The console: a page that shows what is in the emulator, and its files.

The page and its files hold nothing of the emulator. They read it by the paths that everybody else uses.
"""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

PATH: Final = "/console"
FOLDER: Final = Path(__file__).parent
PAGE, DIAGRAM = FOLDER / "index.html", FOLDER / "sign-in.svg"
#: where the page holds the diagram
PLACE: Final = "<!-- diagram -->"
MEDIA: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES: Final = frozenset(path.name for path in FOLDER.iterdir() if path.suffix in MEDIA)
#: scripts and styles of the emulator only, no text that becomes markup, and no other page that shows this one
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")),
        *(f"{kind} 'none'" for kind in ("base-uri", "form-action", "frame-ancestors")),
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Final = {"content-security-policy": POLICY, "referrer-policy": "no-referrer"}


def is_console(path: str) -> bool:
    """Return whether a path is that of the page or of one of its files."""
    return path == PATH or path.startswith(f"{PATH}/")


def make_routes() -> list[BaseRoute]:
    """Return the routes to the page and to its files."""
    return [Route(PATH, show_page), Route(f"{PATH}/", show_page), Route(f"{PATH}/{{name}}", send_file)]


async def show_page(_: Request) -> Response:
    """GET /console: the page, with the diagram in it, whose style sheet is the page's."""
    page, diagram = PAGE.read_text("utf-8"), DIAGRAM.read_text("utf-8")
    return Response(page.replace(PLACE, diagram), headers=HEADERS, media_type="text/html")


async def send_file(request: Request) -> Response:
    """GET /console/<name>: a script, a style sheet or a picture."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404)
    path = FOLDER / name
    return Response(path.read_bytes(), headers=HEADERS, media_type=MEDIA[path.suffix])
