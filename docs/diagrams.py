"""Write docs/machine.md from the table of transitions; with --check, only say whether it is current."""

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("machine.md")
TEXT = """\
# The state machine

<!-- Written by docs/diagrams.py. To change it, change the table and run that script again. -->

This is the whole sign-in, drawn from `authflow.sign_in.table`. A node named by a gerund waits for Cognito. A node with
Cognito's own challenge name waits for a person. `authflow diagram` prints the same.

```mermaid
{diagram}
```
"""


def main() -> int:
    """Return the exit code: 1 where the page is not current."""
    command = Path(sys.executable).with_name("authflow")
    diagram = subprocess.run([command, "diagram"], check=True, capture_output=True, text=True).stdout
    page = TEXT.format(diagram=diagram.strip())
    if "--check" not in sys.argv:
        PAGE.write_text(page, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != page:
        sys.stderr.write(f"{PAGE.name} is not current: run python docs/diagrams.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
