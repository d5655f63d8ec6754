"""What is shipped for Neo4j Browser: it reads well there, and nothing is without a style."""

from __future__ import annotations

import re

import pytest

from service.errors import InvalidInput
from service.graph.saved import FOLDERS, Saved, about, all_saved, guide, rules, saved, style
from tests.support.graph_model import edges, labels
from tests.support.graph_picture import PLACES
from tests.support.pages import ROOT

LONGEST_TITLE = 22
"""More is cut in Browser's list of favourites."""
PAGE = (ROOT / "docs" / "browser.md").read_text()


def test_every_label_has_a_color_a_size_and_a_caption() -> None:
    """Browser gives what has none a rule of its own, and that one would win where a node has two labels."""
    found = rules(style())
    for label in labels():
        assert {"color", "diameter", "caption"} <= found[f"node.{label}"].keys(), label


def test_captions_read_properties_that_there_are() -> None:
    """Each names one of the label's own; `name` is also what a label itself is drawn by."""
    known = labels()
    for label, said in known.items():
        own = {"id", "createdAt", "name", *said.properties, *(known[said.of].properties if said.of else {})}
        assert set(re.findall(r"\{(\w+)\}", rules(style())[f"node.{label}"]["caption"])) <= own, label


def test_every_relationship_type_has_a_rule() -> None:
    """So that one can be told from another."""
    found = rules(style())
    assert {edge.type for edge in edges()} <= {
        key.partition(".")[2] for key in found if key.startswith("relationship.")
    }


def test_messages_come_first() -> None:
    """The last rule that fits wins: it must be that of `Prompt` or `Response`."""
    order = list(rules(style()))
    assert order.index("node.Message") < min(order.index("node.Prompt"), order.index("node.Response"))


def test_the_style_sheet_is_one_that_browser_reads() -> None:
    """It knows no comments, and cuts at each colon and semicolon, in captions too."""
    assert "/*" not in style()
    assert len(rules(style())) == style().count("{\n")
    for captioned in re.findall(r"caption: '([^']*)'", style()):
        assert not set(captioned) & set(":;")


@pytest.mark.parametrize("query", all_saved(), ids=lambda query: query.name)
def test_a_saved_query_reads_well(query: Saved) -> None:
    """A short title, the language, what it shows; and it is on the page of docs."""
    assert 3 < len(query.title) <= LONGEST_TITLE
    assert query.text.splitlines()[1] == "CYPHER 25"
    assert query.about.endswith(".")
    assert query.text.endswith(";\n")
    assert "$" not in query.text
    assert f"**{query.title}**" in PAGE


def test_every_saved_query_is_in_a_folder_that_is_shown() -> None:
    """And has a name of its own."""
    files = sorted(path.stem for path in (ROOT / "cypher" / "browser").rglob("*.cypher"))
    assert sorted(query.name for query in all_saved()) == files
    assert len(set(files)) == len(files)
    assert {query.folder for query in all_saved()} == set(FOLDERS)


def test_the_guide_has_each_query_to_be_clicked() -> None:
    """As text: nothing in it is markup."""
    assert guide().count('code runnable">') == len(all_saved())
    assert "-&gt;(" in guide()
    assert "->(" not in guide()


def test_a_saved_query_is_about_the_thing_that_is_named() -> None:
    """By its id and nothing else."""
    id_ = "01a22033-5dde-7ea7-87c9-b4d9e01345d3"
    assert f"STARTS WITH '{id_}'" in about(saved("fan_out"), id_)
    for wrong in ("", "' OR true OR '", id_.upper(), id_ + "\n"):
        with pytest.raises(InvalidInput):
            about(saved("fan_out"), wrong)


def test_the_model_is_drawn_as_in_the_docs() -> None:
    """With the labels of the picture of the graph model."""
    (shown,) = re.findall(r"\[('Branch'[^\]]*)\] AS shown", saved("model").text)
    assert set(re.findall(r"'(\w+)'", shown)) == PLACES.keys()


def test_pictures_are_small() -> None:
    """Whoever clones the repository has them all."""
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert all(file.stat().st_size <= 250_000 for file in pictures)
