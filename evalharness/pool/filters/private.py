"""Personal data in a text: kinds whose form or checksum can be told, each by name.

Names of people and places have no form; who must find them takes a model of their own. Addresses of documentation
(example.com, area 555, 192.0.2.x and their like) belong to nobody.
"""

import re
import unicodedata
from collections.abc import Callable
from ipaddress import ip_address
from typing import NamedTuple

_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")


class Kind(NamedTuple):
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def found(text: str) -> list[str]:
    """The kinds of personal data in it, each once. What is of one kind is not looked at again: an account's digits are
    no phone number. Spaces and hyphens that keep a line from breaking are read as others are, full-width signs too."""
    text = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_DASHES)
    kinds = list[str]()
    for name, kind in KINDS.items():
        if spans := [match.span() for match in kind.pattern.finditer(text) if kind.holds(match[0])]:
            kinds.append(name)
            for start, end in spans:
                text = text[:start] + " " * (end - start) + text[end:]
    return kinds


def luhn(number: str) -> bool:
    """Of a payment card's digits (ISO/IEC 7812-1); what begins with another digit than 2 to 6 is no card of a bank."""
    digits = [int(sign) for sign in number if sign.isdigit()]
    doubled = [digit if at % 2 == 0 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def mod_97(account: str) -> bool:
    """Of an IBAN (ISO 13616)."""
    plain = re.sub(r"[ -]", "", account).upper()
    return len(plain) >= 15 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def resident_id(number: str) -> bool:
    """Of a Chinese resident's identity number (GB 11643-1999)."""
    number = number.replace(" ", "")
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _social_security(number: str) -> bool:
    """Of a number of the United States: areas 000, 666 and 900 on, group 00 and serial 0000 were never given out."""
    area, group, serial = number.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _mail(address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    reserved = ("example.com", "example.org", "example.net", ".example", ".test", ".invalid", ".localhost")
    return not f".{domain}".endswith(tuple(f".{name.lstrip('.')}" for name in reserved))


def _phone(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return 9 <= len(digits) <= 15 and not re.match(r"555|\d{3}55501\d\d$", digits) and len(set(digits)) > 2


def _address(text: str) -> bool:
    """Of an address that reaches somebody: not private, not loopback, not for documentation."""
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _always(_: str) -> bool:
    return True


KINDS: dict[str, Kind] = {
    "an email address": Kind(re.compile(r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), _mail),
    "a resident identity number": Kind(re.compile(r"(?<!\d)\d{6} ?\d{8} ?\d{3}[\dXx](?!\d)"), resident_id),
    "a payment card": Kind(
        re.compile(r"(?<![\d-])[2-6]\d(?:[ -]?\d){11,17}(?![\d-])|(?<![\d.])[2-6]\d{3}(?:\.\d{4}){3}(?![\d.]*\d)"), luhn
    ),
    "an IBAN": Kind(
        re.compile(
            r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b|\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b"
        ),
        mod_97,
    ),
    "a social security number": Kind(re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"), _social_security),
    "a phone number": Kind(
        re.compile(
            r"(?<![\w.-])(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?![\w-])"
            r"|(?<![\w.-])(?<!\d )\(?0\d{2,5}\)?[ /-]\d{3,5}(?:[ -]?\d{2,5}){0,2}(?![\w-])"
            r"|(?<![\w.-])(?<!\d )0\d(?:[ .]\d{2}){4}(?![\w-])"
            r"|(?<![\w.-])(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?![\w-])"
            r"|(?<!\d)1[3-9]\d([ -]?)\d{4}\1\d{4}(?!\d)"
        ),
        _phone,
    ),
    "an IP address": Kind(
        re.compile(
            r"(?<![\w.])(?<!ersion )(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"
            r"|(?<![\w:])(?=(?:[0-9a-fA-F]*:){2})[0-9a-fA-F:]{6,39}(?![\w:])"
        ),
        _address,
    ),
    "a secret key": Kind(
        re.compile(
            r"\b(?:sk-[A-Za-z0-9_-]{20,}|[sr]k_live_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}"
            r"|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|hf_[A-Za-z0-9]{30,}|xox[abp]-[\w-]{20,}"
            r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
            r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
        ),
        _always,
    ),
}
"""Every kind by what it is called."""
