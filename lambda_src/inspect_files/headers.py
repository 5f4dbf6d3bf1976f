"""The first record of a CSV file, and how it differs from the contract's columns."""

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from inspect_files.rewriting import skipped_end
from lake_runtime.contract_parts import RawFormat
from lake_runtime.contracts import Dataset

_NAMES_TOLD = 10
_NAME_CHARACTERS = 64
_SEPARATORS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


def text_of(head: bytes, raw: RawFormat) -> str | None:
    """Decode the head leniently: undecodable bytes are bad rows, not a bad file.

    The lines to skip are left out; gives None if they do not end in the head.
    """
    text = head.decode(raw.encoding, errors="replace").removeprefix("\ufeff")
    if not raw.skip_lines:
        return text
    encoded = text.encode("utf-8", "surrogatepass")
    end = skipped_end(encoded, raw)
    return None if end is None else encoded[end:].decode("utf-8", "replace")


def first_record(text: str, raw: RawFormat, *, is_cut: bool) -> tuple[list[str] | None, bool]:
    """Give the first record that is not blank and whether anything but blank lines follows it.

    `is_cut` says that the file goes on after the text.
    """
    header: list[str] | None = None
    try:
        for record in _reader(text, raw):
            is_blank = not any(field.strip() for field in record)
            # A header needs a name; a row of empty fields is a row.
            if header is None and not is_blank:
                header = record
            elif header is not None and (len(record) > 1 or not is_blank):
                return header, True
    except csv.Error:
        # A field past csv's limit: the header either came before it or is not one.
        return header, header is not None
    if header is not None and is_cut and not text.endswith(("\n", "\r")):
        return None, False
    return header, False


def _reader(text: str, raw: RawFormat) -> Iterable[list[str]]:
    lines: Iterable[str] = io.StringIO(text, newline="")
    if raw.line_end != "any":
        lines = text.split(_SEPARATORS[raw.line_end])
    # Only where the contract allows line breaks inside quotes, as LF, may a record span lines.
    end = "\n" if raw.multiline else ""
    lines = (line.rstrip("\r\n") + end for line in lines)
    if raw.comment:
        lines = (line for line in lines if not line.startswith(str(raw.comment)))
    if not raw.quote:
        return csv.reader(lines, delimiter=raw.delimiter, quoting=csv.QUOTE_NONE)
    doubled = raw.escape == raw.quote
    return csv.reader(
        lines,
        delimiter=raw.delimiter,
        quotechar=raw.quote,
        doublequote=doubled,
        escapechar=None if doubled else raw.escape,
    )


def compare_header(header: Sequence[str], dataset: Dataset) -> str | None:
    """Say how a header differs from the contract's columns, or None; order does not matter.

    Differences that the contract's evolution allows are none, but where most columns are missing,
    the line is hardly a header.
    """
    expected = [column.raw_name for column in dataset.columns]
    given = set(header)
    missing = [name for name in expected if name not in given]
    unexpected = [name for name in header if name not in set(expected)]
    if len(missing) <= len(expected) / 2:
        missing = [name for name in missing if name not in dataset.may_be_absent]
        if dataset.evolution == "permissive":
            unexpected = []
    repeated = [name for name, times in Counter(header).items() if times > 1]
    if not missing and not unexpected and not repeated:
        return None
    if len(missing) > len(expected) / 2:
        return (
            f"the first line is no header of this dataset: {len(missing)} of {len(expected)} "
            f"columns are not named in it ({_listed(missing)}); is the header missing, or the "
            "delimiter another?"
        )
    parts = []
    if missing:
        parts.append(f"missing: {_listed(missing)}")
    if unexpected:
        parts.append(f"unexpected: {_listed(unexpected, near=expected)}")
    if repeated:
        parts.append(f"named twice: {_listed(repeated)}")
    return "; ".join(parts)


def _listed(names: Sequence[str], near: Sequence[str] = ()) -> str:
    shown = []
    for name in names[:_NAMES_TOLD]:
        label = repr(name[:_NAME_CHARACTERS])
        close = difflib.get_close_matches(name.strip(), near, n=1)
        shown.append(f"{label} (did you mean {close[0]!r}?)" if close else label)
    more = len(names) - _NAMES_TOLD
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
