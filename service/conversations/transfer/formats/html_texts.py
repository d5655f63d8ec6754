"""Messages that a tool wrote as HTML, as the Markdown that they were made of, as far as that can be told."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_IS_HTML = re.compile(r"\s*<(div|p|h[1-6]|ul|ol|pre)\b[^<>]{0,500}>", re.IGNORECASE)
_BLOCKS = {"p", "div", "pre", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_LEFT_OUT = {"script", "style", "button", "svg"}


def is_html(said: str) -> bool:
    """Whether a message is HTML as old ShareGPT exports have it: one element around it all."""
    return (
        len(said) < 1_000_000 and _IS_HTML.match(said) is not None and re.search(r"</\w{1,10}>\s*$", said) is not None
    )


def plain(said: str) -> str:
    """The text of HTML, with paragraphs, lists, code and emphasis as Markdown."""
    reader = _Reader()
    reader.feed(said)
    reader.close()
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", "".join(reader.parts))).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LEFT_OUT:
            self._silent += 1
        elif tag == "pre":
            self._pre += 1
            self.parts.append("\n\n```\n")
        elif tag == "code" and not self._pre:
            self.parts.append("`")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _AROUND:
            self.parts.append(_AROUND[tag])
        elif tag in _BLOCKS:
            self.parts.append("\n\n" + ("#" * int(tag[1]) + " " if tag[0] == "h" and tag[1:].isdecimal() else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _LEFT_OUT:
            self._silent = max(0, self._silent - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
            self.parts.append("\n```\n\n")
        elif tag == "code" and not self._pre:
            self.parts.append("`")
        elif tag in _AROUND:
            self.parts.append(_AROUND[tag])
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data if self._pre else re.sub(r"\s+", " ", data))
