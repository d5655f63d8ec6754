"""What a model thinks, told apart from what it answers, where its server sends both in one text. Pure.

It knows how templates and servers mark thoughts, and no protocol. Thoughts are looked for where an answer begins, and
nowhere else: an answer may speak of these marks. Decision 026 has the rules and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

MOST_CHARACTERS = 1_000_000
"""Characters of reasoning that are kept of one call: four times what the longest answers have."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in two: what the model answers, and what it thought before."""

    answer: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    """How thoughts are marked. `prefix` is what the marks begin with, as far as it is always the same."""

    prefix: str
    opens: re.Pattern[str]
    closes: re.Pattern[str]


def _form(prefix: str, closes: str, opens: str | None = None) -> _Form:
    return _Form(prefix, re.compile(opens or re.escape(prefix), re.IGNORECASE), re.compile(closes, re.IGNORECASE))


_FORMS = (
    _form("<think>", r"</think(?:ing)?\s*>"),
    _form("<thinking>", r"</think(?:ing)?\s*>"),
    _form("<thought>", r"</thoughts?>"),
    _form("<thoughts>", r"</thoughts?>"),
    _form("<reasoning>", r"</reasoning>"),
    _form("<seed:think>", r"</seed:think>"),
    _form("<longcat_think>", r"</longcat_think>"),
    _form("◁think▷", r"◁/think▷"),
    _form("[THINK]", r"\[/THINK\]"),
    _form("<|START_THINKING|>", r"<\|END_THINKING\|>"),
    _form("<|begin_of_thought|>", r"<\|end_of_thought\|>"),
    _form("<|inner_prefix|>", r"<\|inner_suffix\|>"),
    _form("<|channel>thought", r"<channel\|>"),
    _form("<unused94>thought", r"<unused95>"),
)
_CHANNEL = re.compile(
    r"(?:<\|start\|>)?(?:assistant)?<\|channel\|>\s*(?P<name>analysis|commentary|final)\s*"
    r"(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>",
    re.IGNORECASE,
)
"""The head of a message in OpenAI's harmony format; one that goes to a tool (`to=`) is none of an answer's."""
_CHANNEL_ENDS = re.compile(r"<\|(?:end|call|return)\|>|(?=<\|start\|>)", re.IGNORECASE)
_CHANNEL_BEGINS = ("<|start|>assistant<|channel|>", "assistant<|channel|>", "<|channel|>")
_CHANNEL_HEAD = re.compile(r"(?:<\|start\|>)?(?:assistant)?<\|channel\|>[^<]{0,40}(?:<\|?[\w|]{0,12}[^<]{0,20}){0,2}\Z")
_ANSWER_MARKS = ("<|START_RESPONSE|>", "<|START_TEXT|>", "<|begin_of_solution|>")
_ANSWER_BEGINS = re.compile("|".join(map(re.escape, _ANSWER_MARKS)), re.IGNORECASE)
_BEGINNINGS = tuple(mark.lower() for mark in (*(form.prefix for form in _FORMS), *_CHANNEL_BEGINS, *_ANSWER_MARKS))
_BARE_CHANNELS = re.compile(r"\A\s*analysis(?P<thought>\S.*?)\s*assistantfinal(?P<answer>.*)\Z", re.DOTALL)
"""Harmony's channels where the server took the marks out: `analysisWe need …assistantfinalHello`."""
_CLOSES = re.compile(
    r"</(?:think|thinking|reasoning|seed:think|longcat_think)\s*>|◁/think▷|\[/THINK\]|<\|END_THINKING\|>"
    r"|<\|end_of_thought\|>|<\|inner_suffix\|>|<channel\|>|<unused95>",
    re.IGNORECASE,
)
_OPENS = re.compile("|".join(form.opens.pattern for form in _FORMS), re.IGNORECASE)
_ENDS = (
    *("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|return|>", "<|endoftext|>", "<|end_of_text|>"),
    *("<end_of_turn>", "<｜end▁of▁sentence｜>", "<|END_RESPONSE|>", "<|END_TEXT|>", "<|end_of_solution|>"),
)
"""What ends a turn in a template, and some servers leave in the text."""
_BEGINS_TURN = ("<|im_start|>", "<|start_header_id|>", "<|start|>", "<start_of_turn>")
_TAIL = re.compile(r"<[^<>\s]{0,24}>?\s*\Z")
_FENCE = re.compile(r"^[ \t]{0,3}(?:```|~~~)", re.MULTILINE)
_BLANK = re.compile(r"(?:[ \t]*\r?\n)+|[ \t]+")
_MARKED = "<◁["
"""All marks begin with one of these."""
_QUOTES = "`'\"‘’“”«»"
_LONGEST_MARK = 32


class Hearing:
    """An answer as it comes: what of it can be shown at once, and at its end what is thought and what is answered.

    `reasons` says that the model is one that thinks before it answers.
    """

    def __init__(self, *, reasons: bool = False) -> None:
        self._reasons = reasons
        self._pieces: list[str] = []
        self._head = ""
        self._thoughts: list[str] = []
        self._at = 0
        self._open: tuple[int, re.Pattern[str]] | None = None
        self._looked = 0
        self._is_leading = True
        self._is_waiting = True
        self._tail = ""

    def take(self, piece: str) -> str:
        """What can be shown now as a text of the answer."""
        self._pieces.append(piece)
        if not self._is_waiting:
            return self._show(piece)
        self._head += piece
        self._lead()
        if self._is_leading:
            return ""
        shown = self._show(self._answer(self._head))
        if not shown.strip():
            # Blanks may be all there is before the mark of an end, and then there is no answer.
            self._tail = ""
            return ""
        self._is_waiting = False
        return shown

    def end(self, *, cut: bool, apart: bool = False) -> Said:
        """What was thought and what answered. `cut`: the model had not come to the end of what it wanted to say.

        `apart`: its server sends its thoughts apart, so that a closing mark alone is a word like all others.
        """
        text = "".join(self._pieces)
        if self._open and (cut or self._is_channel):
            self._thoughts.append(text[self._open[0] :])
            return self._said("")
        answer = self._answer(text)
        if not apart and (late := _late(answer, reasons=self._reasons and not self._at)):
            self._thoughts.append(late.reasoning)
            answer = _unblanked(late.answer)
        return self._said(_unended(answer))

    def _said(self, answer: str) -> Said:
        return Said(answer, "\n\n".join(thought for one in self._thoughts if (thought := one.strip())))

    @property
    def _is_channel(self) -> bool:
        return self._open is not None and self._open[1] is _CHANNEL_ENDS

    def _answer(self, text: str) -> str:
        """What stands behind the thoughts; the very text where there are none, and no mark of an answer's beginning."""
        rest = _unblanked(text[self._at :])
        began = _ANSWER_BEGINS.match(rest)
        if began is None:
            return rest if self._at else text
        return _unblanked(rest[began.end() :])

    def _show(self, text: str) -> str:
        """The text without what may be the mark of an end, which waits for what follows."""
        text = self._tail + text
        held = _TAIL.search(text)
        cut = held.start() if held and _may_end(held[0].rstrip()) else len(text)
        self._tail = text[cut:]
        return text[:cut]

    def _lead(self) -> None:
        """Goes over what the answer begins with, as far as that can be told by now."""
        while self._is_leading and (self._close() if self._open else self._begin()):
            pass

    def _begin(self) -> bool:
        """Opens the next block of thoughts, or finds that there is none."""
        start = len(self._head) - len(self._head[self._at :].lstrip("\ufeff \t\r\n"))
        rest = self._head[start : start + _LONGEST_MARK * 4]
        if channel := _CHANNEL.match(rest):
            return self._begin_channel(start + channel.end(), channel["name"].lower())
        form = next((form for form in _FORMS if form.opens.match(rest)), None)
        if form is not None:
            self._open = (start + len(form.prefix), form.closes)
            self._looked = self._open[0]
            return True
        self._is_leading = _may_begin(rest)
        return False

    def _begin_channel(self, at: int, name: str) -> bool:
        if name == "final":
            self._at, self._is_leading = at, False
            return False
        self._open, self._looked = (at, _CHANNEL_ENDS), at
        return True

    def _close(self) -> bool:
        """Closes the block that is open, once its end is there."""
        assert self._open
        start, closes = self._open
        found = closes.search(self._head, max(start, self._looked - _LONGEST_MARK))
        if found is None:
            self._looked = len(self._head)
            return False
        if not self._reasons and _is_prose(self._head[start : found.start()], self._head[found.end() :][:2]):
            self._open, self._is_leading = None, False
            return False
        self._thoughts.append(self._head[start : found.start()])
        self._at, self._open = found.end(), None
        return True


def set_aside(text: str, *, reasons: bool = False) -> Said:
    """A whole text in two."""
    if not (any(sign in text for sign in _MARKED) or _BARE_CHANNELS.match(text)):
        return Said(text)
    hearing = Hearing(reasons=reasons)
    hearing.take(text)
    return hearing.end(cut=False)


def _may_begin(rest: str) -> bool:
    """Whether what has come may still become the opening of thoughts."""
    low = rest.lower()
    return any(mark.startswith(low) for mark in _BEGINNINGS) or bool(_CHANNEL_HEAD.match(low))


def _may_end(tail: str) -> bool:
    return any(mark.startswith(tail) for mark in _ENDS)


def _is_prose(thought: str, after: str) -> bool:
    """Whether two marks stand in the flow of a sentence: `<think> and </think> are tags`."""
    return thought.startswith(" ") and "\n" not in thought and len(after) == 2 and after[0] == " " and after[1] > " "


def _late(text: str, *, reasons: bool) -> Said | None:
    """The text in two at a closing mark whose opening one the template has said already."""
    if bare := _BARE_CHANNELS.match(text):
        return Said(bare["answer"], bare["thought"])
    close = next((one for one in _CLOSES.finditer(text) if _is_alone(text, one)), None)
    if close is None or _OPENS.search(text, 0, close.start()) or _is_json(text):
        return None
    if not reasons and not (_is_on_its_line(text, close) and text[close.end() :].strip()):
        return None
    return Said(text[close.end() :], text[: close.start()])


def _is_alone(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark is neither quoted nor in a fence."""
    before, after = text[: mark.start()], text[mark.end() :]
    if before and after and before[-1] in _QUOTES and after[0] in _QUOTES:
        return False
    return len(_FENCE.findall(before)) % 2 == 0 or not _FENCE.search(after)


def _is_on_its_line(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark has a line of its own; a JSON value may follow at once."""
    before, after = text[: mark.start()].rstrip(" \t"), text[mark.end() :].lstrip(" \t")
    return before.endswith("\n") and after[:1] in ("\n", "\r", "{", "[", "")


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _unblanked(text: str) -> str:
    blank = _BLANK.match(text)
    return text[blank.end() :] if blank else text


def _unended(text: str) -> str:
    """The text without the mark of a turn's end behind it, if it is not one that speaks of such marks."""
    bare = text.rstrip()
    mark = next((mark for mark in _ENDS if bare.endswith(mark)), None)
    if mark is None or bare.count(mark) > 1 or any(begin in bare for begin in _BEGINS_TURN):
        return text
    # Blanks before it stay: they may have been shown by then.
    before = bare.removesuffix(mark)
    return text if before.endswith((" ", *_QUOTES)) else before
