"""One assembly goes to dev, is proved there, gives way to another, and comes back; emulated.

The commands, the archive and the CDK CLI are those of a promotion; the account is the emulator's.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.loading import load_settings
from strata.cli import main
from strata.local.emulator import Emulator
from strata.paths import ROOT
from strata.promotion import archive as archives
from strata.promotion import command
from strata.promotion.archive import assemble, digest_of


@pytest.fixture(scope="module")
def revisions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give assemblies of dev from three revisions; synthesised once."""
    folder = tmp_path_factory.mktemp("assemblies")
    made = [assemble(["dev"], folder, folder / "scratch", "one", lambda _: None)]
    kept = shutil.copytree(folder / "scratch/dev", folder / "kept")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(archives, "synthesise", lambda _, into: shutil.copytree(kept, into))
        for revision in ("two", "three"):
            made.append(assemble(["dev"], folder, folder / "scratch", revision, lambda _: None))
    return made


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Give dev's own account, bootstrapped, to this process and to the CDK CLI."""
    settings = load_settings("dev")
    log = tmp_path / "emulator.log"
    with Emulator(log=log, account=settings.account, region=settings.region) as emulator:
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(command, "state_folder", lambda: tmp_path)
        target = f"aws://{emulator.account}/{emulator.region}"
        cdk = str(ROOT / "node_modules/.bin/cdk")
        # In a folder without cdk.json, so that it bootstraps and synthesises nothing.
        subprocess.run([cdk, "bootstrap", target], cwd=tmp_path, check=True, capture_output=True)
        yield emulator


@pytest.mark.usefixtures("account")
def test_an_assembly_is_deployed_proved_replaced_and_gone_back_to(
    revisions: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    one, two, never = revisions

    def deploy(archive: Path, *more: str) -> str:
        main(["deploy", str(archive), "--env", "dev", *more])
        return capfd.readouterr().out

    assert f"dev has the assembly {digest_of(one)[:12]} now." in deploy(one)
    assert "already; nothing to do" in deploy(one)
    main(["smoke", "--env", "dev"])
    told = capfd.readouterr().out
    assert "stacks are in order" in told
    assert "dead-letter queues are empty" in told
    assert "found nothing to do, as it should" in told

    deploy(two)
    with pytest.raises(SystemExit):
        deploy(never, "--rollback")
    refused = capfd.readouterr().err.splitlines()
    assert refused[-3].startswith(f"dev never had the assembly {digest_of(never)}")
    assert [line.split()[0] for line in refused[-2:]] == [digest_of(two), digest_of(one)]

    assert f"dev has the assembly {digest_of(one)[:12]} now." in deploy(one, "--rollback")
    main(["smoke", "--env", "dev"])
    capfd.readouterr()
    main(["deployments", "--env", "dev"])
    listed = [line.split()[1:] for line in capfd.readouterr().out.splitlines()]
    assert listed == [
        ["deployed", digest_of(one), "one"],
        ["deployed", digest_of(two), "two"],
        ["deployed", digest_of(one), "one"],
    ]
