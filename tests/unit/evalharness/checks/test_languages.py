# ruff: noqa: RUF001 (other scripts' signs are what is tested)
import pytest

from tests.parts import apply_checks


@pytest.mark.parametrize(
    ("wanted", "answer", "passed"),
    [
        ("en", "The capital of France is Paris.", True),
        ("en", "Paris.", True),
        ("en", "Die Hauptstadt von Frankreich ist Paris, sagte er.", False),
        ("de", "Die Hauptstadt von Frankreich ist Paris, sagte er.", True),
        ("fr", "La capitale de la France est bien entendu Paris.", True),
        ("en", "法国的首都是巴黎。", False),
        ("en", "42", False),
        ("zh", "法国的首都是巴黎。", True),
        ("zh", "臺灣是一個島嶼。", True),
        ("zh", "用 Python 的 print 函数可以输出文字。", True),
        ("zh", "パリはフランスの首都です。", False),
        ("zh", "The word for hello is 你好.", False),
        ("ja", "パリはフランスの首都です。", True),
        ("ja", "法国的首都是巴黎。", False),
        ("ru", "Париж — столица Франции.", True),
        ("zh", "可以这样写：\n```python\nprint('a very long line of English text in a program')\n```\n就好了。", True),
    ],
)
def test_an_answer_is_in_the_language_or_fails_by_it(wanted: str, answer: str, passed: bool) -> None:
    [outcome] = apply_checks(answer, "stop", [{"type": "language", "value": wanted}])
    assert outcome.failure == (None if passed else "language")
