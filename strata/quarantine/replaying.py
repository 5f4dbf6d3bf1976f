"""Replay: quarantined records become files that arrive again, linked to where they came from."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from botocore.exceptions import ClientError

from data_lake.contracts import DatasetContract
from strata.errors import StrataError
from strata.lakes import Lake
from strata.quarantine.change import Change, Choice, Object, new_change
from strata.quarantine.changes import begin, finish, forget_unchecked, open_change
from strata.quarantine.choosing import Corrections, choose_for_replay, rows_alone
from strata.quarantine.exporting import read_corrections
from strata.quarantine.mending import Record
from strata.quarantine.originals import codec_of, read_original
from strata.quarantine.selection import Selection
from strata.quarantine.zone import File, Quarantine, Row

MOST_ROWS = 200_000
"""How many rows one replay takes; they pass through this process."""
_LINE_ENDS = {"any": "\n", "lf": "\n", "cr": "\r", "crlf": "\r\n"}
_REPLAY = re.compile(
    r"(?:^|/)replay/(?P<change>[0-9]{8}T[0-9]{6}-[0-9a-f]{8})-(?P<number>[0-9]{4})"
)


def finish_open(quarantine: Quarantine) -> Change | None:
    """Finish the change that somebody began and did not end; give it, or None."""
    forget_unchecked(quarantine)
    change = open_change(quarantine)
    return None if change is None else finish(quarantine, change)


def replay(
    lake: Lake,
    contract: DatasetContract,
    selection: Selection,
    *,
    corrected: Path | None = None,
    reason: str = "",
) -> Change | None:
    """Have rows and files arrive again; give the change, or None if nothing is meant.

    They leave quarantine as they arrive. The records are read from the raw files, by key, version
    and line; `corrected` is an edited export, whose rows alone go in. Raises `StrataError` for
    what cannot be replayed.
    """
    quarantine = Quarantine(lake, contract.name)
    finish_open(quarantine)
    corrections = read_corrections(corrected) if corrected else None
    choice = choose_for_replay(quarantine, contract, selection, corrections)
    if not choice:
        return None
    if len(choice.rows) > MOST_ROWS:
        raise StrataError(
            f"{len(choice.rows)} rows are more than the {MOST_ROWS} of one replay; narrow it down "
            "with --run, --rule or --file, or go on in rounds with --limit"
        )
    change = new_change(quarantine, "replay", reason, choice)
    work = _Preparation(quarantine, contract, change, corrections or {})
    change = replace(change, objects=tuple(work.objects(choice)))
    begin(quarantine, change)
    return finish(quarantine, change)


@dataclass(frozen=True)
class _Preparation:
    """Writes what will arrive, and where it came from, before anything is changed."""

    quarantine: Quarantine
    contract: DatasetContract
    change: Change
    corrections: Corrections

    def objects(self, choice: Choice) -> Iterator[Object]:
        """Give the files that will arrive; a manifest comes last."""
        made: list[Object] = []
        for file in choice.files:
            made.append(self._copy(len(made), file))
        for content, records in self._contents(rows_alone(choice)):
            made.append(self._write(len(made), content, records))
        yield from made
        if self.contract.trigger.mode == "manifest":
            names = [{"name": one.key.rpartition("/")[2]} for one in made]
            manifest = json.dumps({"files": names}).encode()
            yield self._prepare(len(made), str(self.contract.trigger.suffix), manifest)

    def _contents(self, rows: Sequence[Row]) -> Iterator[tuple[list[str], list[dict[str, Any]]]]:
        """Give the lines of each file to be made, and the origin of each record in it.

        Records of files that begin alike go together.
        """
        sources: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            sources[row["source_key"], row["source_version"]].append(row)
        found: dict[tuple[str, ...], tuple[list[str], list[dict[str, Any]]]] = {}
        for (key, version), some in sources.items():
            places = [(row["source_line"], row["source_lines"]) for row in some]
            source = read_original(self.quarantine.lake, key, version, self.contract.raw, places)
            lines, records = found.setdefault(source.top, (list(source.top), []))
            for row in some:
                place = f"{key}, line {row['source_line']}"
                record = Record(self.contract, source, row["source_line"], place)
                record.check(row["raw_record"])
                records.append({"at": len(lines) + 1} | _origin(row))
                _, corrected = self.corrections.get(row.identity, (0, row["raw_record"]))
                text = record.mended(row["raw_record"], corrected)
                lines += text.split("\n") if self.contract.raw.multiline else [text]
        yield from found.values()

    def _write(self, number: int, lines: list[str], records: list[dict[str, Any]]) -> Object:
        raw = self.contract.raw
        end = _LINE_ENDS[raw.line_end]
        content = "".join(f"{line}{end}" for line in lines).encode(codec_of(raw))
        suffix = f".{raw.format}"
        if raw.compression == "gzip":
            content, suffix = gzip.compress(content, mtime=0), f"{suffix}.gz"
        elif raw.compression == "zstd":
            content, suffix = pa.Codec("zstd").compress(content, asbytes=True), f"{suffix}.zst"
        self._describe(number, {"records": records})
        return self._prepare(number, suffix, content)

    def _copy(self, number: int, file: File) -> Object:
        """Prepare a whole file from the version that arrived, or from quarantine's copy of it."""
        one = self._named(number, "".join(re.findall(r"\.[A-Za-z0-9]{1,8}", file["key"])[-2:]))
        s3, target = self.quarantine.lake.client("s3"), self.quarantine.lake["ArtifactsBucketName"]
        source = {
            "Bucket": file["bucket"],
            "Key": file["key"],
            "VersionId": file["version_id"],
        }
        try:
            s3.copy(source, target, one.prepared)
        except ClientError as error:
            if not file["quarantine_uri"]:
                raise StrataError(
                    f"{file['key']}: version {file['version_id']} can no longer be read from the "
                    f"raw zone ({error.response['Error']['Code']}); upload it again"
                ) from error
            bucket, _, key = file["quarantine_uri"].removeprefix("s3://").partition("/")
            s3.copy({"Bucket": bucket, "Key": key}, target, one.prepared)
        self._describe(number, self._origin_of_file(file))
        return one

    def _origin_of_file(self, file: File) -> dict[str, Any]:
        before = _REPLAY.search(file["key"])
        if before is not None:
            folder = f"changes/{self.contract.name}/{before['change']}/"
            found = self.quarantine.read_json(f"{folder}origins-{before['number']}.json")
            return dict(found or {})
        return {"file": {name: file[name] for name in ("key", "version_id", "run_id")}}

    def _describe(self, number: int, origins: dict[str, Any]) -> None:
        self.quarantine.write_json(f"{self.change.folder}origins-{number:04}.json", origins)

    def _prepare(self, number: int, suffix: str, content: bytes) -> Object:
        one = self._named(number, suffix)
        self.quarantine.lake.client("s3").put_object(
            Bucket=self.quarantine.lake["ArtifactsBucketName"], Key=one.prepared, Body=content
        )
        return one

    def _named(self, number: int, suffix: str) -> Object:
        name = f"{self.change.id}-{number:04}{suffix}"
        return Object(
            prepared=f"replays/{self.contract.name}/{name}",
            key=f"{self.contract.raw.prefix}replay/{name}",
        )


def _origin(row: Row) -> dict[str, Any]:
    """Give where a record first came from, however often it was replayed."""
    first = "origin" if row["origin_key"] is not None else "source"
    return {
        "key": row[f"{first}_key"],
        "version_id": row[f"{first}_version"],
        "line": row[f"{first}_line"],
        "run_id": row["origin_run_id"] if first == "origin" else row["run_id"],
    }
