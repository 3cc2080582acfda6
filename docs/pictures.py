"""SVG pictures of graphs in Graphviz' DOT. Drawing needs ``dot``; checking a picture does not.

Each picture carries the DOT text that it was drawn from, so that a check can compare texts.
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

DIRECTORY: Final = Path(__file__).parent / "pictures"
SVG: Final = "{http://www.w3.org/2000/svg}"

# Graphviz writes colours as attributes, which these rules override; a browser chooses light or dark by itself.
STYLE: Final = """
text { font-family: Helvetica, Arial, sans-serif; fill: #1f2328; }
.edge path { stroke: #6e7781; } .edge polygon { fill: #6e7781; stroke: #6e7781; } .edge text { fill: #57606a; }
.cluster path { fill: #f6f8fa; stroke: #d0d7de; }
.start ellipse { fill: #57606a; stroke: #57606a; }
.call path { fill: #ddf4ff; stroke: #218bff; }
.person path { fill: #fff8c5; stroke: #bf8700; }
.end path { fill: #dafbe1; stroke: #2da44e; }
.failed path { fill: #ffebe9; stroke: #ff8182; }
.package path { fill: #f6f8fa; stroke: #8c959f; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .edge path { stroke: #8b949e; } .edge polygon { fill: #8b949e; stroke: #8b949e; } .edge text { fill: #9ea7b3; }
  .cluster path { fill: #161b22; stroke: #30363d; }
  .start ellipse { fill: #9ea7b3; stroke: #9ea7b3; }
  .call path { fill: #0c2d6b; stroke: #388bfd; }
  .person path { fill: #4b2900; stroke: #bb8009; }
  .end path { fill: #033a16; stroke: #2ea043; }
  .failed path { fill: #67060c; stroke: #f85149; }
  .package path { fill: #161b22; stroke: #6e7681; }
}
"""


def draw(path: Path, title: str, dot: str, style: str = STYLE) -> None:
    """Write a picture.

    Args:
        path: its file.
        title: what it shows, for people who don't see it.
        dot: its text in DOT.
        style: its style sheet; an empty one if the page has the rules.

    Raises:
        SystemExit: Graphviz is not installed.
    """
    program = shutil.which("dot")
    if program is None:
        raise SystemExit("drawing needs Graphviz: apt-get install graphviz")
    drawn = subprocess.run([program, "-Tsvg"], input=dot, capture_output=True, text=True, check=True).stdout
    svg = drawn[drawn.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    opening, rest = svg.split(">", 1)
    rules = f"\n<style>{style}</style>" if style else ""
    head = f' role="img">\n<title>{escape(title)}</title>\n<metadata>{escape(dot)}</metadata>{rules}'
    path.write_text(opening + head + rest, "utf-8")


def is_current(path: Path, dot: str) -> bool:
    """Return whether a picture was drawn from this text."""
    return path.is_file() and (ElementTree.parse(path).findtext(f"{SVG}metadata") or "") == dot  # noqa: S314 - our own
