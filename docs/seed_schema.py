"""Write docs/seed.schema.json, the JSON Schema of seed files. With --check, only say if it is current."""

import json
import sys
from pathlib import Path
from typing import Final

from authflow.emulator._control.seed_schema import make_seed_schema
from authflow.emulator._service_model.model import ServiceModel

FILE: Final = Path(__file__).with_name("seed.schema.json")


def main() -> str | None:
    """Write or check the file; return what is wrong."""
    text = json.dumps(make_seed_schema(ServiceModel()), indent=1) + "\n"
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        return f"{FILE.name} is not current: run python docs/seed_schema.py"
    return None


if __name__ == "__main__":
    sys.exit(main())
