"""From a quarantined row, and what a person made of it, to the record that goes in again.

Quarantine hides classified values. A field that still reads `***` keeps what the raw file says,
and so does every field that was not changed.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data_lake.contracts import DatasetContract
from strata.errors import StrataError
from strata.quarantine.originals import Original, codec_of, csv_dialect

HIDDEN = "***"


def hides_values(contract: DatasetContract) -> bool:
    """Tell whether the dataset's quarantine shows records as JSON without classified values."""
    return not contract.quarantine.clear_values and any(
        column.classification in ("confidential", "restricted") or column.protection is not None
        for column in contract.columns
    )


@dataclass(frozen=True)
class Record:
    """A record of a raw file: the file's content, the line, and how messages call the place."""

    contract: DatasetContract
    source: Original
    line: int
    place: str

    @property
    def text(self) -> str:
        """The record as text that stands for bytes."""
        return self.source.records[self.line]

    @property
    def decoded(self) -> str:
        """The record as people read it."""
        raw = self.contract.raw
        return self.text.encode(codec_of(raw)).decode(raw.encoding, errors="replace")

    def check(self, shown: str) -> None:
        """Raise `StrataError` if quarantine shows another record than the raw file has here."""
        if not hides_values(self.contract) and self.decoded != shown:
            raise StrataError(
                f"{self.place}: the raw file has another record there than quarantine; it was "
                "quarantined under another dialect: mend the file and upload it"
            )

    def mended(self, shown: str, corrected: str) -> str:
        """Give the corrected record as text that stands for bytes, or the record if it is as shown.

        Raises `StrataError` where the correction cannot be a record of the dataset's files.
        """
        if corrected == shown:
            return self.text
        raw = self.contract.raw
        text = self._merged(shown, corrected) if hides_values(self.contract) else corrected
        if "\n" in text and not raw.multiline:
            raise self._wrong("has a line break, which the contract does not allow")
        try:
            return text.encode(raw.encoding).decode(codec_of(raw))
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise self._wrong(f"{character!r} does not exist in {raw.encoding}") from error

    def _merged(self, shown: str, corrected: str) -> str:
        before, after = self._members(shown), self._members(corrected)
        columns = self.contract.columns
        raw_names = {column.name: column.source or column.name for column in columns}
        if set(after) != set(raw_names):
            raise self._wrong(
                f"must have exactly the columns of {self.contract.name}: {', '.join(raw_names)}"
            )
        if not before and HIDDEN in after.values():
            raise self._wrong(
                f"the record could not be read, so {HIDDEN} stands for nothing; give every value"
            )
        changes = {
            raw_names[name]: value
            for name, value in after.items()
            if not before or value != before.get(name)
        }
        if self.contract.raw.format == "jsonl":
            members = json.loads(self.decoded) if before else {}
            return json.dumps(members | changes, ensure_ascii=False)
        return self._csv_record(self.source.header or tuple(raw_names.values()), changes)

    def _csv_record(self, header: tuple[str, ...], changes: Mapping[str, Any]) -> str:
        dialect = csv_dialect(self.contract.raw)
        fields = next(csv.reader(io.StringIO(self.decoded, newline=""), **dialect), [])
        values = dict(zip(header, fields, strict=False)) | {
            name: "" if value is None else str(value) for name, value in changes.items()
        }
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="", **dialect)
        writer.writerow([values.get(name, "") for name in header])
        return text.getvalue()

    def _members(self, record: str) -> dict[str, Any]:
        if record == HIDDEN:
            return {}
        try:
            found = json.loads(record)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._wrong(
                "must be a JSON object by column, as it was exported, because the dataset has "
                "classified columns"
            )
        return found

    def _wrong(self, rule: str) -> StrataError:
        return StrataError(f"{self.place}: raw_record: {rule}")
