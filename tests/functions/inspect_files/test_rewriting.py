import json
import tracemalloc

import pytest
from backports import zstd

from inspect_files.rewriting import RewritingError, rewrite
from lake_runtime.contract_parts import RawFormat

MIB = 1024 * 1024
DOCUMENT = (
    "[" + ",".join(json.dumps({"id": number, "text": "x" * 90}) for number in range(9000)) + "]"
)


def _raw(**raw):
    return RawFormat.model_validate({"prefix": "a/", "format": "csv"} | raw)


@pytest.mark.parametrize(
    ("raw", "stored", "compression"),
    [
        (_raw(), zstd.compress(b"2013,1,UA\n" * 20 * MIB), "zstd"),
        (_raw(encoding="UTF-16LE"), "2013,1,UA\n".encode("utf-16-le") * 2 * MIB, "none"),
        (_raw(format="json"), zstd.compress(DOCUMENT.encode()), "zstd"),
    ],
)  # fmt: skip
def test_a_large_file_is_written_anew_without_ever_being_held(raw, stored, compression):
    chunks = (stored[at : at + MIB] for at in range(0, len(stored), MIB))
    tracemalloc.start()
    written = sum(len(block) for block in rewrite(chunks, compression, raw))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written >= min(len(stored) / 2, 900_000)
    assert peak < 16 * MIB


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_text_comes_out_the_same_however_its_bytes_are_cut(size):
    text = "\ufeffReport\r\n\r\nid,näme 😀\r\n1,ß\r\n"
    body = text.encode("utf-16-be")
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    written = b"".join(rewrite(chunks, "none", _raw(encoding="UTF-16", skip_lines=2)))
    assert written.decode() == "id,näme 😀\r\n1,ß\r\n"


def test_lines_that_do_not_end_are_an_error_that_counts_them():
    with pytest.raises(RewritingError, match="the 3 lines to skip do not end within the first 4"):
        list(rewrite([b"a\nb\n"], "none", _raw(skip_lines=3)))
