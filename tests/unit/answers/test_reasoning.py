"""What a model thinks is told apart from what it answers, and an answer that speaks of thinking stays whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answers.reasoning import Hearing, Said, set_aside

HARMONY = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello"
PAIRS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<seed:think>", "</seed:think>"),
    ("<longcat_think>", "</longcat_think>"),
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_TEXT|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>\n\n<|begin_of_solution|>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<unused94>thought\n", "<unused95>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel|>analysis<|message|>", "<|start|>assistant<|channel|>final <|constrain|>json<|message|>"),
]
PLAIN = [
    "",
    "  \n",
    "Hello",
    "    indented code",
    "`<think>` is a mark, and `</think>` another.",
    "<think> and </think> are tags that some models write.",
    "The tag is <think>, then comes\n</think>\nand it is over.",
    "Use:\n```\n</think>\n```\nat the end.",
    '{"end": "</think>"}',
    "Close it with </think> and go on.",
    "<thinker>Rodin</thinker>",
    "<",
    "<thi",
    "<|channel|>",
    "ChatML: <|im_start|>user\nHi<|im_end|>",
    "A turn ends with <|im_end|>",
    "a < b",
    "<think>It was never closed.",
    "analysis of the text: assistant, final",
]


@pytest.mark.parametrize(("opens", "closes"), PAIRS)
@pytest.mark.parametrize("reasons", [True, False])
def test_marked_thoughts_are_set_aside(opens: str, closes: str, reasons: bool) -> None:
    """Whatever marks them."""
    text = f"\n{opens}Hm.\nI see.{closes}\n\nHello"
    assert set_aside(text, reasons=reasons) == Said("Hello", "Hm.\nI see.")


@pytest.mark.parametrize("text", PLAIN)
def test_text_that_speaks_of_thinking_stays_whole(text: str) -> None:
    """A model that does not think may write any of these marks."""
    assert set_aside(text) == Said(text)


@pytest.mark.parametrize("text", [*PLAIN[:5], *PLAIN[6:9], *PLAIN[10:]])
def test_text_of_a_thinking_model_stays_whole_too(text: str) -> None:
    """Marks in code, in JSON, or with their opening ones in the middle are words."""
    assert set_aside(text, reasons=True) == Said(text)


@pytest.mark.parametrize(
    ("text", "answer", "thought"),
    [
        ("<think>a</think>\n<think>b</think>\nHello", "Hello", "a\n\nb"),
        ("<think>\n\n</think>\n\nHello", "Hello", ""),
        ("<think>a</thinking>Hello", "Hello", "a"),
        ("<think>a</think>", "", "a"),
        ("<think>a</think>Hello<|im_end|>\n", "Hello", "a"),
        ("Hello<|im_end|>", "Hello", ""),
        ("<|START_THINKING|>a<|END_THINKING|><|START_TEXT|>Hello<|END_TEXT|>", "Hello", "a"),
        ("<|START_TEXT|>Hello<|END_TEXT|>", "Hello", ""),
        ("analysisWe need to greet.assistantfinalHello", "Hello", "We need to greet."),
        ("<|channel|>final<|message|>Hello<|return|>", "Hello", ""),
        (
            "<|channel|>analysis<|message|>a<|end|><|channel|>commentary<|message|>b<|end|>",
            "",
            "a\n\nb",
        ),
        ("Okay.\n</think>\n\nHello", "Hello", "Okay."),
        ('Okay.\n</think>{"a": 1}', '{"a": 1}', "Okay."),
        ("<think>a</think >Hello", "Hello", "a"),
    ],
)
def test_what_servers_send_is_understood(text: str, answer: str, thought: str) -> None:
    """Several blocks, an empty one, marks of an end, channels without their marks, the closing mark alone."""
    assert set_aside(text) == Said(answer, thought)


@pytest.mark.parametrize("text", ["Okay.</think>Hello", "Okay.\n</think>\nHello", 'He said "no".</think>Hello'])
def test_closing_mark_alone_ends_what_a_thinking_model_thought(text: str) -> None:
    """Its template has said the opening one already."""
    assert set_aside(text, reasons=True) == Said("Hello", text.partition("</think>")[0].strip())


def test_closing_mark_is_a_word_where_thoughts_come_apart() -> None:
    """The server has told them apart already."""
    hearing = Hearing(reasons=True)
    hearing.take("Write </think> then.")
    assert hearing.end(cut=False, apart=True) == Said("Write </think> then.")


@pytest.mark.parametrize("opens", [opens for opens, _ in PAIRS])
def test_what_was_cut_while_it_thought_answered_nothing(opens: str) -> None:
    """At its most tokens, or because the stream broke off."""
    hearing = Hearing()
    assert hearing.take(f"{opens}Hm, let me") == ""
    assert hearing.end(cut=True) == Said("", "Hm, let me")


texts = st.lists(
    st.sampled_from(
        [
            *(mark for pair in PAIRS for mark in pair),
            *("Hello", " ", "\n", "`", "```\n", "a", "<", "</think>", "<|im_end|>", "analysis", "assistantfinal"),
        ]
    ),
    max_size=12,
).map("".join)


def heard(text: str, cuts: list[int], *, reasons: bool) -> tuple[str, Hearing]:
    """What was shown of a text that came in pieces."""
    hearing = Hearing(reasons=reasons)
    bounds = [0, *sorted(cuts), len(text)]
    return "".join(hearing.take(text[start:end]) for start, end in pairwise(bounds)), hearing


cuts = st.lists(st.integers(0, 60), max_size=8)


def test_blanks_before_the_mark_of_an_end_are_not_shown() -> None:
    """There is no answer then but blanks."""
    shown, hearing = heard("\n<|im_end|>", [], reasons=False)
    assert (shown, hearing.end(cut=False).answer.strip()) == ("", "")


@given(texts, cuts, st.booleans(), st.booleans())
def test_what_is_shown_is_the_beginning_of_the_answer(text: str, cuts: list[int], reasons: bool, cut: bool) -> None:
    """But where a closing mark comes late, and what was shown was thought."""
    shown, hearing = heard(text, [min(place, len(text)) for place in cuts], reasons=reasons)
    assert hearing.end(cut=cut, apart=True).answer.startswith(shown)


@given(texts, cuts, st.booleans(), st.booleans())
def test_pieces_make_no_difference(text: str, cuts: list[int], reasons: bool, cut: bool) -> None:
    """The end is the same however the text came."""
    _, hearing = heard(text, [min(place, len(text)) for place in cuts], reasons=reasons)
    _, whole = heard(text, [], reasons=reasons)
    assert hearing.end(cut=cut) == whole.end(cut=cut)


@given(texts, st.booleans())
def test_a_whole_text_is_told_as_one_that_came(text: str, reasons: bool) -> None:
    """Also by the short way of a text that has no mark."""
    _, whole = heard(text, [], reasons=reasons)
    assert set_aside(text, reasons=reasons) == whole.end(cut=False)


@given(texts, st.booleans())
def test_nothing_is_lost(text: str, reasons: bool) -> None:
    """What is no part of the answer is in the reasoning: no word of a text is gone."""
    said = set_aside(text, reasons=reasons)
    assert text.count("Hello") == said.answer.count("Hello") + said.reasoning.count("Hello")


@given(texts, st.booleans())
def test_answer_is_the_end_of_the_text(text: str, reasons: bool) -> None:
    """Nothing is taken out of its middle, and without thoughts it is the text."""
    said = set_aside(text, reasons=reasons)
    assert said.answer in text


@given(st.text(alphabet="ab \n", min_size=1), st.sampled_from(PAIRS))
def test_answer_behind_thoughts_is_not_touched(answer: str, pair: tuple[str, str]) -> None:
    """But for the blank lines before it."""
    text = f"{pair[0]}Hm.{pair[1]}\n\n{answer}"
    assert set_aside(text).answer.strip() == answer.strip()
