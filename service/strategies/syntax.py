"""What kind of text a source is, as far as cutting it is concerned: told by its name and its media type."""

from __future__ import annotations

from enum import StrEnum


class Syntax(StrEnum):
    """Where a text has its natural borders."""

    PROSE = "PROSE"
    MARKDOWN = "MARKDOWN"
    CODE = "CODE"
    LINES = "LINES"


_MARKDOWN = "md markdown mdown mdx mkd qmd rmd"
_LINES = "csv tsv jsonl ndjson log out err trace"
_CODE = """
    py pyi pyx js jsx mjs cjs ts tsx mts cts vue svelte go rs java kt kts scala groovy c h cc cpp cxx hh hpp hxx
    cs fs m mm swift dart rb php pl pm lua r jl ex exs erl hrl clj cljs hs ml mli zig nim v d pas sql cypher
    cql graphql gql proto thrift sh bash zsh fish ps1 bat tf hcl nix json json5 yaml yml toml ini cfg conf
    properties xml css scss sass less cmake mk gradle sol vhd vhdl sv asm s f f90 f95 lisp el scm
"""
_CODE_NAMES = frozenset({"makefile", "dockerfile", "rakefile", "gemfile", "jenkinsfile", "cmakelists.txt"})
_BY_SUFFIX: dict[str, Syntax] = {
    **dict.fromkeys(_CODE.split(), Syntax.CODE),
    **dict.fromkeys(_LINES.split(), Syntax.LINES),
    **dict.fromkeys(_MARKDOWN.split(), Syntax.MARKDOWN),
}
_CODE_TYPES = """
    javascript x-javascript ecmascript typescript x-typescript x-python python x-go x-rust x-java x-java-source x-c
    x-c++ x-csrc x-c++src x-chdr x-csharp x-ruby x-php x-sh x-shellscript x-sql sql json yaml x-yaml toml xml css
    graphql
"""
_LINES_TYPES = "csv tab-separated-values x-ndjson jsonl x-log"
_MARKDOWN_TYPES = "markdown x-markdown"
_BY_SUBTYPE: dict[str, Syntax] = {
    **dict.fromkeys(_CODE_TYPES.split(), Syntax.CODE),
    **dict.fromkeys(_LINES_TYPES.split(), Syntax.LINES),
    **dict.fromkeys(_MARKDOWN_TYPES.split(), Syntax.MARKDOWN),
}


def syntax_of(name: str, media_type: str) -> Syntax:
    """The syntax of a source: its file name is believed first, then its media type; else it is prose."""
    base = name.replace("\\", "/").rpartition("/")[2].lower()
    if base in _CODE_NAMES:
        return Syntax.CODE
    stem, dot, suffix = base.rpartition(".")
    by_name = _BY_SUFFIX.get(suffix) if stem and dot else None
    return by_name or _by_media_type(media_type)


def _by_media_type(media_type: str) -> Syntax:
    subtype = media_type.partition(";")[0].strip().lower().rpartition("/")[2]
    if subtype.endswith(("+json", "+xml", "+yaml")):
        return Syntax.CODE
    return _BY_SUBTYPE.get(subtype, Syntax.PROSE)
