"""A small valid environment, to be spoilt one edit at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import SettingsError, load_settings

DEV = """\
project: strata
environment: dev
account: "111111111111"
region: us-east-1
recovery_region: null
owner: data@example.com
cost_center: DP-001
storage:
  raw:
    infrequent_access_after_days: 30
    archive_after_days: 90
    expire_after_days: 365
  processed:
    intelligent_tiering: true
  quarantine: {expire_after_days: 365}
  artifacts: {expire_after_days: 365}
  access_logs: {expire_after_days: 365}
functions:
  log_retention_days: 30
spark:
  worker_type: G.1X
  workers: 2
  timeout_minutes: 60
pipeline:
  timeout_minutes: 180
  lease_minutes: 195
alerts:
  subscribers:
    - protocol: email
      endpoint: data@example.com
production: false
"""
Written = Callable[[str | bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write dev's file below a root of its own, beside empty files of other environments."""

    def write(content: str | bytes) -> Path:
        folder = tmp_path / "config" / "environments"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("staging", "prod"):
            (folder / f"{name}.yaml").touch()
        raw = content.encode() if isinstance(content, str) else content
        (folder / "dev.yaml").write_bytes(raw)
        return tmp_path

    return write


@pytest.fixture
def dev() -> str:
    """Give the text of dev's valid file."""
    return DEV


@pytest.fixture
def complaint(written: Written) -> Callable[..., str]:
    """Write dev's file; give the text of the error in loading it, or another environment."""

    def load(content: str | bytes, environment: str | None = "dev") -> str:
        root = written(content)
        with pytest.raises(SettingsError) as raised:
            load_settings(environment, root)
        return str(raised.value)

    return load
