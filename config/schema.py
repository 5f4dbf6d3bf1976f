"""``python -m config.schema`` rewrites the JSON Schema with which editors check settings."""

import json
from pathlib import Path

from config.settings import Settings

SCHEMA_FILE = Path(__file__).with_name("settings.schema.json")


def schema_text() -> str:
    """The JSON Schema of ``Settings`` as the text of ``config/settings.schema.json``."""
    schema = Settings.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return f"{json.dumps(schema, indent=2, sort_keys=True)}\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
