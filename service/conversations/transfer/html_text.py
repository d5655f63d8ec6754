"""HTML to text that reads as Markdown: headings, lists, links, code, tables.

Owns that nothing of the HTML is executed or kept: what comes out is text. Knows nothing of any format.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = ("script", "style", "head", "template", "noscript", "button", "svg")
_IS_HTML = re.compile(r"\s*<(div|p|h[1-6]|ul|ol|pre)\b[^<>]{0,500}>", re.IGNORECASE)
_BLOCKS = ("p", "div", "section", "article", "table", "blockquote", "ul", "ol", "pre", "figure", "hr")
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Markdown(HTMLParser):
    """What has been fed, as text. It takes events one by one, so that no depth of tags costs it anything."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._silent = 0
        self._pre = 0
        self._lists: list[int | None] = []  # the number that comes next; None in a list without numbers
        self._links: list[tuple[str, int]] = []
        self._cells = 0

    def text(self) -> str:
        """The text until here."""
        whole = "\n".join(line.rstrip(" \t") for line in "".join(self._out).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", whole).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        about = dict(attrs)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "pre":
            self._block()
            self._pre += 1
            self._out.append("```\n")
        elif tag == "code" and not self._pre:
            self._out.append("`")
        elif tag in _MARKS:
            self._out.append(_MARKS[tag])
        elif tag == "br":
            self._out.append("\n")
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal():
            self._block()
            self._out.append("#" * max(int(tag[1]), 1) + " ")
        elif tag in ("ul", "ol"):
            self._line() if self._lists else self._block()
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "a":
            self._links.append((about.get("href") or "", len(self._out)))
        elif tag == "img":
            self._out.append(f"![{about.get('alt') or 'image'}]")
        elif tag == "tr":
            self._line()
            self._cells = 0
        elif tag in ("td", "th"):
            self._out.append(" | " if self._cells else "| ")
            self._cells += 1
        elif tag in _BLOCKS and not self._cells:
            self._block() if not self._lists else None

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "pre" and self._pre:
            self._pre -= 1
            self._line()
            self._out.append("```\n\n")
        elif tag == "code" and not self._pre:
            self._out.append("`")
        elif tag in _MARKS:
            self._out.append(_MARKS[tag])
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._line() if self._lists else self._block()
        elif tag == "a" and self._links:
            self._link()
        elif tag == "tr":
            self._out.append(" |\n" if self._cells else "")
            self._cells = 0
        elif (tag in _BLOCKS or (len(tag) == 2 and tag[0] == "h")) and not self._cells:
            self._line() if self._lists else self._block()

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._silent:
            return
        if not self._pre:
            data = _BLANKS.sub(" ", data)
            if not self._out or self._out[-1].endswith("\n"):
                data = data.lstrip(" ")
        if data:
            self._out.append(data)

    def _line(self) -> None:
        if self._out and not self._out[-1].endswith("\n"):
            self._out.append("\n")

    def _block(self) -> None:
        if self._out and not self._out[-1].endswith("\n\n"):
            self._out.append("\n" if self._out[-1].endswith("\n") else "\n\n")

    def _item(self) -> None:
        self._line()
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        indent = "  " * min(max(len(self._lists) - 1, 0), 20)
        self._out.append(indent + ("- " if number is None else f"{number}. "))

    def _link(self) -> None:
        address, start = self._links.pop()
        words = "".join(self._out[start:]).strip()
        if address.startswith(("http://", "https://")) and words != address:
            self._out[start:] = [f"[{words or address}]({address})"]


def html_text(source: str) -> str:
    """HTML as text."""
    parser = Markdown()
    parser.feed(source)
    parser.close()
    return parser.text()


def is_html(said: str) -> bool:
    """Whether a message is HTML as old ShareGPT exports have it: one element around it all."""
    return (
        len(said) < 1_000_000 and _IS_HTML.match(said) is not None and re.search(r"</\w{1,10}>\s*$", said) is not None
    )
