"""What is not fit to learn from: copies, leaks into the suites, personal data, and what was made of them."""

from dataclasses import replace

import pytest

from evalharness.pool import rows
from evalharness.pool.filters import private
from evalharness.pool.filters.filtering import COPY, FAMILY, FAR, FORM, LEAK, PRIVATE, Limits, filtered, kind_of
from evalharness.pool.rows import PoolRow
from evalharness.suites.files import load_suites

SUITES = load_suites(["general", "extraction"])
LIMITS = Limits(SUITES)


def row(question: str, answer: str = "It is so.") -> PoolRow:
    return rows.given([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], [], None)


def reasons(*pool: PoolRow, limits: Limits = LIMITS) -> list[str | None]:
    """Of each row why it goes, None of one that stays."""
    found = {one.id: one.reason for one in filtered(pool, limits)}
    return [found.get(one.id) for one in pool]


LONG = 40  # characters: of a shorter text little is left beside another sentence
ASKED = [prompt for suite in SUITES for prompt in suite.prompts if len(prompt.messages[-1].content or "") >= LONG][
    ::17
][:20]


@pytest.mark.parametrize("prompt", ASKED, ids=lambda prompt: prompt.id)
def test_a_copy_of_a_suites_prompt_is_refused_with_the_prompts_id(prompt: object) -> None:
    text = prompt.messages[-1].content  # type: ignore[attr-defined]
    copies = [
        row(text),
        row(text.upper()),
        row(f"I am writing this on the train. {text}"),
        row(text.replace("e", "", 1)),
    ]
    assert [kind_of(reason or "") for reason in reasons(*copies)] == [LEAK] * 4


def test_another_question_of_the_same_template_is_no_leak() -> None:
    assert reasons(row("What is the capital of Mongolia, and who founded it?")) == [None]
    assert reasons(row("The new station in Kaunas was opened on 3 May 1871. When? Answer as YYYY-MM-DD.")) == [None]


def test_of_two_copies_the_first_stays_and_another_name_makes_another_question() -> None:
    first = row("How do I get from Zadar to the airport by bus?")
    copy, other = (
        row("How do I get from Zadar to the airport by bus ?!"),
        row("How do I get from Graz to the airport by bus?"),
    )
    found = reasons(first, copy, other)
    assert (found[0], kind_of(found[1] or ""), found[2]) == (None, COPY, None)
    assert first.id in (found[1] or "")


def test_a_variant_must_be_as_like_its_origin_by_bleu_as_is_asked() -> None:
    origin = row("Could you tell me how to get from Zadar to the airport by bus?")
    variant = rows.variant(origin, "Tell me how to get from Zadar by bus to the airport, could you?", "swapped", 0)
    assert reasons(origin, variant) == [None, None]
    assert reasons(origin, variant, limits=Limits(SUITES, bleu=0.9)) == [None, FAR]


def test_what_was_made_of_a_row_goes_with_it() -> None:
    private_row = row("Write to Jan under jan.kowalski@poczta.pl about the 3 keys, please.")
    variant = rows.variant(private_row, "Write about the 3 keys to Jan, please.", "swapped", 0)
    assert [kind_of(reason or "") for reason in reasons(private_row, variant)] == [PRIVATE, FAMILY]


def test_a_row_that_is_fit_again_comes_back() -> None:
    leaked = row(ASKED[0].messages[-1].content)
    (dropped,) = filtered([leaked], LIMITS)
    assert dropped.state == "dropped"
    (back,) = filtered([dropped], Limits())
    assert (back.state, back.reason) == ("accepted", None)
    assert list(filtered([dropped], LIMITS)) == []


PLANTED = {
    "an email address": [
        "marie.dupont@laposte.net", "j_smith+test@mail.co.uk", "INFO@KRANKENHAUS-MITTE.DE", "<li.wei@163.com>",
        "mailto:o.brien@gov.ie", "\u5f20\u4e09@qq.com", "li.wei\uff20163.com",
    ],
    "a payment card": [
        "4111 1111 1111 1111", "5500-0055-5555-5559", "378282246310005", "3782 822463 10005", "6011000990139424",
        "2223003122003222", "4111.1111.1111.1111", "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20111111\u20111111\u20111111",
    ],
    "an IBAN": [
        "DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO93 8601 1117 947",
        "NL91ABNA0417164300", "de89370400440532013000", "DE89-3704-0044-0532-0130-00",
        "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000",
    ],
    "a resident identity number": [
        "11010519491231002X", "440524188001010014", "11010519491231002x", "11010119900307811X",
        "110105 19491231 002X",
    ],
    "a social security number": ["219-09-9999", "457-55-5462", "SSN:078-05-1120"],
    "a phone number": [
        "+49 30 901820", "(212) 736-5000", "13812345678", "020 7946 0018", "+33 1 42 68 53 00", "01 42 68 53 00",
        "0049 30 901820", "1-212-736-5000", "212.736.5000", "138-1234-5678", "+86 138 1234 5678", "030/901820",
        "+442079460018", "+49\u202f30\u202f901820",
    ],
    "an IP address": ["8.8.8.8", "2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888", "93.184.216.34:443"],
    "a secret key": [
        "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1B2" * 9, "sk-proj-" + "aB3_" * 9, "hf_" + "aB3d" * 9, "AIza" + "aB3d-" * 7,
        "-----BEGIN RSA PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    ],
}  # fmt: skip
NOBODYS = [
    "help@example.com", "555-0142", "4111 1111 1111 1112", "192.168.0.1", "127.0.0.1", "order 12345678901234567",
    "GB82 WEST 1234 5698 7654 33", "2024-01-31", "1,234,567", "version 2.3.4", "000-12-3456", "12:30:45", "3.14159265",
    "1996-10-08 to 2003-11-12", "5.00 EUR", "110105194912310021", "2 + 2 = 4", "31.12.2024", "2024-01-31T12:30:45Z",
    "03/04/2025", "1.299,00 EUR", "$1,299.00", "version 4.8.1.0", "v1.2.3.4", "10.0.19045.3693", "1 020 300 400",
    "1 000 000 000", "978-3-16-148410-0", "9783161484100", "1700000000000", "4006381333931", "0800-1200 hours",
    "rows 100 to 4000", "48.8584, 2.2945", "order A-2024-000123", "invoice 2024/0815", "room 212, floor 7", "::1",
    "00:1A:2B:3C:4D:5E", "1:2:3", "10:30:00:12", "the ratio 3:4:5", "2001:db8::1", "user@localhost", "@team",
    "sk-learn", "0.4111.1111.1111.1111", "\u00bd of 3\u00a0km\u00b2",
]  # fmt: skip


def test_of_planted_personal_data_95_of_100_are_found_each_kind_by_its_name() -> None:
    planted = [(kind, text) for kind, texts in PLANTED.items() for text in texts]
    missed = [text for kind, text in planted if private.found(f"Please note {text} for later.") != [kind]]
    assert len(missed) <= 0.05 * len(planted), missed
    pool = [row("Whom do I ask?", f"Please note {text} for later.") for _, text in planted]
    named = {(reason or "").partition(": ")[2] for reason in reasons(*pool, limits=Limits())}
    assert named >= set(PLANTED)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PLANTED.items() for text in texts])
def test_personal_data_is_found_and_its_kind_named(kind: str, text: str) -> None:
    assert kind in private.found(f"Please note {text} for later.")


@pytest.mark.parametrize("text", NOBODYS)
def test_what_belongs_to_nobody_is_no_personal_data(text: str) -> None:
    assert private.found(f"Please note {text} for later.") == []


def test_the_shipped_suites_hold_no_personal_data() -> None:
    texts = [message.content for suite in SUITES for prompt in suite.prompts for message in prompt.messages]
    assert [(text, kinds) for text in texts if (kinds := private.found(text))] == []


def test_a_row_tagged_json_has_an_answer_that_parses_and_follows_the_schema() -> None:
    pool = [
        rows.given(
            [{"role": "user", "content": f"Give {n} as JSON."}, {"role": "assistant", "content": answer}],
            ["json"],
            None,
        )
        for n, answer in enumerate(('{"n": 1}', '{"n": "one"}', "Here: {}", "```json\n{}\n```"))
    ]
    assert reasons(*pool) == [None, None, FORM, FORM]
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert reasons(*pool, limits=Limits(schema=schema)) == [None, FORM, FORM, FORM]
    assert reasons(row("Give it as JSON.", "Here: {}")) == [None]


def test_rows_of_votes_are_filtered_and_the_answer_that_was_not_chosen_too() -> None:
    asked = [{"role": "user", "content": "Where do I write to?"}, {"role": "assistant", "content": "Here."}]
    pair = rows.preference(asked, rows.PREFERRED, "To jan.kowalski@poczta.pl.", tags=[], vote="v1")
    assert [kind_of(reason or "") for reason in reasons(pair)] == [PRIVATE]


def test_one_answer_liked_twice_is_one_row_and_two_answers_to_one_question_are_two() -> None:
    def of(answer: str, kind: str, vote: str) -> PoolRow:
        said = [{"role": "user", "content": "How far is it?"}, {"role": "assistant", "content": answer}]
        return rows.preference(said, kind, tags=[], vote=vote)

    found = reasons(
        of("Near.", rows.LIKED, "v1"), of("Near.", rows.LIKED, "v2"), of("Far.", rows.LIKED, "v3"),
        of("Near.", rows.DISLIKED, "v4"),
    )  # fmt: skip
    assert [kind_of(reason or "") for reason in found] == ["", COPY, "", ""]


def test_what_was_withdrawn_stays_so_whatever_a_filter_says() -> None:
    said = [{"role": "user", "content": "How far?"}, {"role": "assistant", "content": "Near."}]
    withdrawn = replace(rows.preference(said, rows.LIKED, tags=[], vote="v1"), state="withdrawn")
    assert list(filtered([withdrawn], LIMITS)) == []
