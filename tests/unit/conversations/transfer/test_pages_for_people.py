"""Markdown and HTML: whatever a message holds stays in its message."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from service.conversations.transfer.outgoing import Head
from service.conversations.transfer.transcripts import Speaker
from service.conversations.transfer.writers.html_pages import LONGEST_RENDERED, rendered
from service.conversations.transfer.writers.markdown import fenced, quoted
from tests.support.outgoing import Said, number_of, one_path, outgoing, texts, trees, written

OWN = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer", "article", "ul", "li"}
OWN |= {"div", "p", "b", "a", "bdi", "h1", "details", "summary", "input", "label"}
RENDERED = {"p", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "br", "s"}
RENDERED |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
SAFE = {"href", "rel", "title", "class", "start", "style"}


class Read(HTMLParser):
    """What a browser would see: elements with their attributes, and the text of each `div.text`."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._in = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        if ("class", "text") in attrs:
            self._in = True
            self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag == "div":
            self._in = False

    def handle_data(self, data: str) -> None:
        """A text."""
        if self._in:
            self.said[-1] += data


def normal(text: str) -> str:
    """A text as a page can hold it."""
    return text.replace("\0", "\ufffd")


@given(messages=trees())
async def test_a_page_read_back_is_the_texts_and_nothing_else(messages: list[Said]) -> None:
    """No element and no attribute comes from a message, but for what Markdown makes of an answer."""
    said = [it for it in messages if it.speaker is not Speaker.ASSISTANT]
    page = Read((await written("html", outgoing(messages))).decode())
    assert page.said == [normal(it.text) for it in said]
    assert {tag for tag, _ in page.elements} <= OWN | RENDERED
    assert sum(tag == "article" for tag, _ in page.elements) == len(messages)
    prompts = one_path([Said(Speaker.USER, it.text) for it in messages])
    alone = Read((await written("html", outgoing(prompts, title=messages[0].text))).decode())
    assert {tag for tag, _ in alone.elements} <= OWN
    assert sum(tag == "div" for tag, _ in alone.elements) == len(prompts)


@given(text=texts)
@example(
    "[a](javascript:alert(1)) [b](JaVaScRiPt&colon;x) [c](data:text/html,x) <https://x.y/<script>> [d](vbscript:x)"
)
@example("[a](\x01javascript:x) [b](//evil.example) ![i](http://evil.example/pixel.png) <img src=x onerror=y>")
@example('[a](https://x "t\\" onclick=x")\n\n[a]: javascript:x\n\n```"><script>\nx\n```')
def test_a_rendered_answer_runs_nothing_and_loads_nothing(text: str) -> None:
    """Links lead to pages and mailboxes alone."""
    page = Read(rendered(text))
    assert {tag for tag, _ in page.elements} <= RENDERED
    for _, attributes in page.elements:
        assert attributes.keys() <= SAFE
        assert (attributes.get("href") or "http:").lower().startswith(("http:", "https:", "mailto:"))
        assert (attributes.get("style") or "text-align:left").startswith("text-align:")


async def test_a_page_needs_no_network_and_no_script() -> None:
    """Its policy says so, and its branches are chosen by CSS that the policy knows."""
    messages = [Said(Speaker.USER, "a"), Said(Speaker.ASSISTANT, "b", (0,)), Said(Speaker.ASSISTANT, "c", (0,))]
    heads = [Head("main", 1, is_default=True), Head("</style><script>", 2)]
    page = (await written("html", outgoing(messages, heads))).decode()
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "<script" not in page
    assert 'class="assistant b0"' in page
    assert 'class="user b0 b1"' in page
    assert "#b1:checked~main>article:not(.b1){display:none}" in page


async def test_a_long_answer_is_text() -> None:
    """It takes no time to render."""
    long = "*" * (LONGEST_RENDERED + 1)
    page = Read(
        (await written("html", outgoing([Said(Speaker.USER, "a"), Said(Speaker.ASSISTANT, long, (0,))]))).decode()
    )
    assert page.said == ["a", long]


@given(messages=trees())
async def test_nothing_leaves_its_quotation(messages: list[Said]) -> None:
    """At the top there are our headings alone, and the lines of each quotation are its message, word for word."""
    text = (await written("markdown", outgoing(messages, title=messages[0].text))).decode()
    top = [token for token in MarkdownIt("commonmark").parse(text) if token.level == 0]
    headings = [token for token in top if token.type == "heading_open" and token.tag == "h3"]
    assert len(headings) == len(messages)
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in top} <= {
        *("heading", "paragraph", "blockquote")
    }
    for place, said in enumerate(messages):
        _, _, behind = text.partition(f"\n### {number_of(place)} · ")
        assert quoted(said.text) in behind


@pytest.mark.parametrize("text", ["", "a", "```", "````\n```", "`" * 30])
def test_a_fence_is_longer_than_any_in_it(text: str) -> None:
    """So it ends where it ends."""
    tokens = MarkdownIt("commonmark").parse(fenced(text, "json"))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == text + "\n"


async def test_branches_are_told_one_after_the_other() -> None:
    """What is on none comes last; a merge says what it joins."""
    messages = [
        Said(Speaker.USER, "first"),
        Said(Speaker.ASSISTANT, "one", (0,)),
        Said(Speaker.ASSISTANT, "two", (0,)),
        Said(Speaker.USER, "both", (1, 2)),
        Said(Speaker.ASSISTANT, "dead", (0,)),
    ]
    heads = [Head("main", 1, is_default=True), Head("*merged*", 3)]
    text = (await written("markdown", outgoing(messages, heads))).decode()
    parts = ["## Branch main", "> one", "## Branch \\*merged\\*", "After 1.", "> two", "Joins 4 and 7.", "> both"]
    places = [text.index(part) for part in [*parts, "## On no branch", "> dead"]]
    assert places == sorted(places)
