"""The Java libraries that Glue brings along and PyPI's Spark does not, fetched once and verified.

Versions are those of Glue 5.1 (Spark 3.5.6, Iceberg 1.10.0) and, for Hadoop's S3 connector, of the
Hadoop client inside PyPI's pyspark 3.5.6 (3.3.4, built against AWS SDK 1.12.262). The client is
Apache Ivy, which pyspark carries and `spark-submit --packages` uses as well.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from strata.errors import StrataError
from strata.paths import cache_folder

PROBE_SECONDS = 40
"""How long the first, smallest file may take before Maven Central counts as unreachable."""
FETCH_SECONDS = 1200
"""How long all files (about 115 MB) may take."""


@dataclass(frozen=True)
class Jar:
    """One pinned library: Maven coordinates and the SHA-256 of the file."""

    group: str
    name: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the file in the cache."""
        return f"{self.name}-{self.version}.jar"


AWS_SDK = "1.12.262"
JARS = (
    Jar(
        "com.amazonaws",
        "jmespath-java",
        AWS_SDK,
        "9001ea993a45d82a2d3086edcbda8a40b4e012d049a70fbf071fd329c0fbd777",
    ),
    Jar(
        "org.apache.iceberg",
        "iceberg-spark-runtime-3.5_2.12",
        "1.10.0",
        "70f9471870b2d456167d703c829f098a446b86bb1379eee338c0efa03a341026",
    ),
    Jar(
        "org.apache.iceberg",
        "iceberg-aws-bundle",
        "1.10.0",
        "172370cfc32a5f1ae5399b210e86fc04a366dc29a112d97ac8ffc74df7525596",
    ),
    Jar(
        "org.apache.hadoop",
        "hadoop-aws",
        "3.3.4",
        "53f9ae03c681a30a50aa17524bd9790ab596b28481858e54efd989a826ed3a4a",
    ),
    Jar(
        "com.amazonaws",
        "aws-java-sdk-core",
        AWS_SDK,
        "06fed99f929c389e168278c1b111aaf1afb270d07202fbbce92e73d1e4279678",
    ),
    Jar(
        "com.amazonaws",
        "aws-java-sdk-s3",
        AWS_SDK,
        "a0cb7580178bc0d4d3558295a5bb890008478da8a6b3241989c71238b0ed3be5",
    ),
    Jar(
        "com.amazonaws",
        "aws-java-sdk-kms",
        AWS_SDK,
        "c00f5ae7b334255f661d85512e7203af9523a04fb65d0c431c2eea2003ed8ae2",
    ),
    Jar(
        "com.amazonaws",
        "aws-java-sdk-sts",
        AWS_SDK,
        "659f48d8ebc02025c5042cc4b925f62610e81f334498f1b9e7a271ce20ecbcae",
    ),
    Jar(
        "com.amazonaws",
        "aws-java-sdk-dynamodb",
        AWS_SDK,
        "7af4ba06d0d9b3c2ab435089caecd0567810d203aa285f7aa72861f1964d442e",
    ),
)


def ensure_jars(folder: Path | None = None, jars: tuple[Jar, ...] | None = None) -> list[Path]:
    """Give the paths of jars, fetching those that are missing and verifying every one.

    `folder` defaults to the cache outside the checkout, `jars` to all that the lake needs. Raises
    `StrataError` if Maven Central cannot be reached (within a minute) or a file's checksum is not
    the pinned one.
    """
    target = folder or cache_folder() / "jars"
    target.mkdir(parents=True, exist_ok=True)
    wanted = JARS if jars is None else jars
    missing = [jar for jar in wanted if not _is_intact(target / jar.file_name, jar.sha256)]
    if missing:
        _fetch(wanted[:1], target, PROBE_SECONDS)
        _fetch(missing, target, FETCH_SECONDS)
    return [target / jar.file_name for jar in wanted]


def _is_intact(path: Path, sha256: str) -> bool:
    """Tell whether the file is there with the pinned content; a stamp saves hashing it again."""
    if not path.exists():
        return False
    stamp = path.with_suffix(".sha256")
    facts = f"{sha256} {path.stat().st_size} {path.stat().st_mtime_ns}"
    if stamp.exists() and stamp.read_text() == facts:
        return True
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            return False
    stamp.write_text(facts)
    return True


def _fetch(jars: tuple[Jar, ...] | list[Jar], target: Path, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        (work / "ivy.xml").write_text(_ivy_module(jars))
        try:
            outcome = subprocess.run(
                _ivy_command(work), capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise StrataError(_unreachable(f"no answer within {seconds} s")) from error
        if outcome.returncode != 0:
            raise StrataError(_unreachable(_first_complaint(outcome.stdout + outcome.stderr)))
        for jar in jars:
            arrived = work / "out" / jar.file_name
            if not _is_intact(arrived, jar.sha256):
                raise StrataError(
                    f"{jar.group}:{jar.name}:{jar.version} from Maven Central does not have the "
                    f"pinned SHA-256 {jar.sha256}; nothing was installed. Try again, and if it "
                    "stays so, check the mirror that your Ivy settings name."
                )
            shutil.move(arrived, target / jar.file_name)


def _ivy_module(jars: tuple[Jar, ...] | list[Jar]) -> str:
    wanted = "".join(
        f'<dependency org="{jar.group}" name="{jar.name}" rev="{jar.version}" transitive="false"/>'
        for jar in jars
    )
    return (
        '<ivy-module version="2.0"><info organisation="strata" module="jars"/>'
        f"<dependencies>{wanted}</dependencies></ivy-module>"
    )


def _ivy_command(work: Path) -> list[str]:
    settings = os.environ.get("STRATA_IVY_SETTINGS")
    return [
        java(),
        "-Dsun.net.client.defaultConnectTimeout=10000",
        "-Dsun.net.client.defaultReadTimeout=30000",
        "-cp",
        str(_ivy_jar()),
        "org.apache.ivy.Main",
        *(["-settings", settings] if settings else []),
        *("-ivy", str(work / "ivy.xml"), "-confs", "default", "-types", "jar"),
        *("-cache", str(work / "cache")),
        *("-retrieve", str(work / "out" / "[artifact]-[revision].[ext]")),
    ]


def _ivy_jar() -> Path:
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise StrataError("pyspark is not installed here; run `make setup`.")
    return next((Path(spec.origin).parent / "jars").glob("ivy-*.jar"))


def java() -> str:
    """Give the `java` to run: that of `$JAVA_HOME`, else the one on the path.

    Raises `StrataError` where there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not found or not Path(found).exists():
        raise StrataError(
            "Java 17 was not found; install a JDK 17 (for example Debian's "
            "openjdk-17-jre-headless or Eclipse Temurin 17) or set JAVA_HOME."
        )
    return found


def _first_complaint(output: str) -> str:
    lines = [line.strip() for line in output.splitlines()]
    return next((line for line in lines if "Exception" in line or "UNRESOLVED" in line), "refused")


def _unreachable(reason: str) -> str:
    return (
        f"Maven Central could not be reached ({reason}), and the lake needs "
        f"{len(JARS)} Java libraries from it once; check the network or name a mirror in an Ivy "
        "settings file with STRATA_IVY_SETTINGS."
    )


if __name__ == "__main__":
    try:
        ensure_jars()
    except StrataError as error:
        raise SystemExit(str(error)) from error
