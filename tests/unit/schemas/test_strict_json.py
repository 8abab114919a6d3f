from __future__ import annotations

import time

import pytest

from schemas.problem_codes import DataError
from schemas.strict_json import read_json


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": [1, -2, 1.5, true, null, "\\u00e9 [{"]}', {"a": [1, -2, 1.5, True, None, "é [{"]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'{"a": "\\\\", "b": "\\"["}', {"a": "\\", "b": '"['}),
        (b"9007199254740992", 2**53),
        (b"[" * 20 + b"]" * 20, [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]),
    ],
)
def test_good_json_is_read(raw: bytes, value: object) -> None:
    assert read_json(raw) == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json.syntax"),
        (b"{", "json.syntax"),
        (b"{'a': 1}", "json.syntax"),
        (b'{"a": 1} x', "json.syntax"),
        (b"\xef\xbb\xbf{}", "json.syntax"),
        (b'"\xc3\x28"', "json.encoding"),
        (b'"\xed\xa0\x80"', "json.encoding"),
        (b'"\\ud800"', "json.encoding"),
        (b'{"\\udfff": 1}', "json.encoding"),
        (b'{"a": 1, "a": 1}', "json.duplicate_key"),
        (b'[{"x": {"a": 1, "\\u0061": 2}}]', "json.duplicate_key"),
        (b"NaN", "json.number"),
        (b"[-Infinity]", "json.number"),
        (b"1e999", "json.number"),
        (b"9007199254740993", "json.number"),
        (b"[" * 21 + b"]" * 21, "json.depth"),
        (b"[" * 100_000, "json.depth"),
        (b'{"a":' * 100_000, "json.depth"),
        (b"[" + b"1," * 2_000 + b"1]", "json.size"),
        (b'"' + b"x" * 4_097 + b'"', "domain.length"),
        (b'{"' + b"x" * 4_097 + b'": 1}', "domain.length"),
    ],
)
def test_bad_json_has_a_code(raw: bytes, code: str) -> None:
    with pytest.raises(DataError) as caught:
        read_json(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "raw", [b"9" * 250_000, b'"' + b"\\" * 250_001, b'"a' * 80_000, b"[" * 250_000]
)
def test_a_large_hostile_body_costs_little(raw: bytes) -> None:
    start = time.process_time()
    with pytest.raises(DataError):
        read_json(raw)
    assert time.process_time() - start < 0.5
