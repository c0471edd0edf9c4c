"""Chinese numerals and what they are worth: 四十二, 两百零五, 三万六千, 二点五. It does not know what is counted."""

import re
from decimal import Decimal

_DIGITS = {sign: worth for worth, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}  # noqa: RUF001
_STEPS = {"十": 10, "百": 100, "千": 1_000}
_LARGE = {"万": 10**4, "亿": 10**8}

NUMERAL = re.compile(r"[零〇一二两兩三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")


def worth(numeral: str) -> Decimal:
    """Of what NUMERAL finds: 一百二十三 is 123, 二〇二四 is 2024, 两百五 is 250."""
    whole, _, part = numeral.partition("点")
    fraction = "".join(str(_DIGITS[sign]) for sign in part) or "0"
    return Decimal(f"{_whole(whole)}.{fraction}")


def _whole(signs: str) -> int:
    if not set(signs) & {*_STEPS, *_LARGE}:
        return int("".join(str(_DIGITS[sign]) for sign in signs))
    total = part = digit = 0
    step, after_zero = 1, False
    for sign in signs:
        if sign in _STEPS:
            part, digit, step = part + (digit or 1) * _STEPS[sign], 0, _STEPS[sign]
            after_zero = False
        elif sign in _LARGE:
            total, part, digit, step = (total + max(part + digit, 1)) * _LARGE[sign], 0, 0, _LARGE[sign]
            after_zero = False
        else:
            digit, after_zero = _DIGITS[sign], after_zero or not _DIGITS[sign]
    if digit and step > 10 and not after_zero:  # 两百五: five tens
        digit *= step // 10
    return total + part + digit
