"""Random bytes under random contracts: a verdict for each, never an error."""

import gzip

from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_files.checks import find_fault
from inspect_files.content import peek, read_content
from inspect_files.placing import needs_rewriting
from inspect_files.rewriting import RewritingError, rewrite
from lake_runtime.contracts import Dataset
from tests.functions.support.contracts import dataset_contract
from tests.functions.support.resources import GOOD

RAW = st.fixed_dictionaries(
    {"format": st.sampled_from(["csv", "csv", "csv", "jsonl", "json", "parquet"])},
    optional={
        "compression": st.sampled_from(["auto", "none", "gzip", "zstd"]),
        "delimiter": st.sampled_from([",", ";", "\t", "§"]),
        "quote": st.sampled_from(["", '"', "'"]),
        "escape": st.sampled_from(['"', "\\"]),
        "header": st.booleans(),
        "encoding": st.sampled_from(["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16", "UTF-16BE"]),
        "multiline": st.booleans(),
        "comment": st.sampled_from(["#", "y"]),
        "skip_lines": st.integers(0, 3),
        "line_end": st.sampled_from(["any", "lf", "crlf", "cr"]),
        "records": st.sampled_from(["a", "a.b"]),
    },
)
PIECES = st.sampled_from(
    [
        *(GOOD, b"year,month,carrier", b"2013,1,UA", b"\r\n", b"\n", b"\r", b'"', b"'", b",", b";"),
        *(b"#", b"[", b"]", b"{", b"}", b'"a"', b":", b"7", b"\0", b"\xff\xfe", b"\xef\xbb\xbf"),
        *(b"PAR1", GOOD.decode().encode("utf-16"), b"\xd8\x00", b"\\"),
    ]
)
BODIES = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=12).map(b"".join))


@settings(max_examples=600, derandomize=True, deadline=None)
@given(RAW, BODIES, st.sampled_from([bytes, gzip.compress, zstd.compress]), st.integers(0, 5))
def test_whatever_arrives_is_judged_and_what_is_written_anew_is_whole(raw, body, pack, cut):
    dataset = Dataset.model_validate(dataset_contract(raw=raw))
    stored = pack(body)
    stored = stored[: len(stored) - cut] if cut > 3 else stored
    content = read_content([stored])
    fault = find_fault(content, dataset)
    find_fault(peek(stored, 10**12, "checksum", stored), dataset)
    if fault is not None:
        assert fault.rule
        assert fault.reason
        return
    assert stored
    if not needs_rewriting(content, dataset.raw):
        return
    try:
        written = b"".join(rewrite([stored], content.compression, dataset.raw))
    except RewritingError as error:
        assert str(error)
        return
    if dataset.raw.format != "json" and not dataset.raw.is_two_byte:
        # All that is missing are the lines to skip, at the beginning.
        assert body.endswith(written)
        assert bool(body[: len(body) - len(written)]) == bool(dataset.raw.skip_lines)
