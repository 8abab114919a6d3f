"""Each sentence of the law sheet about identity, process and days is tried by tests that exist."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.spec.sentences import SENTENCES, Sentence

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.says[:60])
def test_a_sentence_is_tried(sentence: Sentence) -> None:
    assert sentence.tests or sentence.lacks
    for name in sentence.tests:
        path, _, function = name.partition("::")
        assert function in functions_of(TESTS / path), name


def test_no_sentence_stands_twice() -> None:
    said = [sentence.says for sentence in SENTENCES]
    assert len(set(said)) == len(said)
    assert {sentence.section for sentence in SENTENCES} == {"2.2", "2.4", "4"}


@cache
def functions_of(path: Path) -> frozenset[str]:
    """Return the names of a file's functions, without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
