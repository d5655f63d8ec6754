"""Every key of the configuration says what it is, and the page and the schema that are made of that are up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.config import load_config, write_example
from service.resources import resource
from service.settings.described import Entry, entries, entry_at
from service.settings.environment import Readers, environment_layer
from service.settings.layers import Layer, merge_values
from service.settings.problems import validate
from service.settings.shapes import Settings
from tests.support import configuration_page
from tests.support.config_schema import schema_text

KEYS = [entry for entry in entries().values() if not entry.is_section]
SCHEMA = jsonschema.Draft7Validator(yaml.safe_load(schema_text()))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of the person who runs the tests is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_config_path", lambda _: tmp_path / "none")


def test_every_key_says_what_it_is() -> None:
    """A key is added with a docstring, with what holds where it is not set, and with an example."""
    assert [entry.key for entry in entries().values() if not re.search(r"[.)]$", entry.what)] == []
    assert [entry.key for entry in KEYS if not entry.default] == []
    assert [entry.key for entry in KEYS if not entry.example] == []


def test_every_example_is_a_file_that_works() -> None:
    """It says something of its own key, and can be used as it is."""
    shipped = load_config(None, {}).layer.values
    for entry in KEYS:
        said = yaml.safe_load(entry.example)
        assert validate(Layer(merge_values(shipped, said)))[1] == [], entry.key
        assert any(entry_at(path) is entry for path in _paths(said)), entry.key


def _paths(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All paths in a tree of mappings."""
    inner = tree.items() if isinstance(tree, dict) else ()
    return [path, *(found for key, value in inner for found in _paths(value, (*path, key)))] if path or inner else []


def test_every_variable_of_a_key_sets_it() -> None:
    """As the page says; names that are chosen are those of the example."""
    below = load_config(None, {}).layer
    names = {"MODEL": "GPT_4O", "ROLE": "FAST", "TYPE": "SUMMARIZE"}
    for entry in KEYS:
        for variable in entry.variables:
            name = re.sub(r"<([A-Z]+)>", lambda it: names.get(it[1], "OPENAI"), variable)
            layer = environment_layer({name: "1"}, below, READERS)
            assert not layer.problems, name
            assert entry_at(next(path for path, place in layer.places.items() if place == name)) is entry, name


READERS = Readers(lambda text, name: Layer({"": yaml.safe_load(text)}, {("",): name}), str)


def test_page_and_schema_are_made_of_the_types() -> None:
    """Run `scripts/configuration` where this fails."""
    assert configuration_page.PAGE.read_text(encoding="utf-8") == configuration_page.page()
    assert configuration_page.SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_page_has_an_anchor_for_every_key() -> None:
    """`#storage-max_import_bytes`; each is there once."""
    anchors = re.findall(r'<a id="(.+?)"></a>', configuration_page.page())
    assert len(anchors) == len(set(anchors)) == len(entries())
    assert "storage-max_import_bytes" in anchors


@pytest.mark.parametrize(
    ("key", "takes", "default"),
    [
        ("server.port", "a whole number, from 0 to 65535", "`8000`"),
        ("defaults.context", "`full`, `recent`, `summarized` or `none`", "`summarized`"),
        ("storage.max_import_bytes", "a whole number of bytes, 1 or more", "`17179869184` (16 GiB)"),
        ("server.warm_up_seconds", "a number of seconds, 0 or more", "`15`"),
        ("discovery.seconds", "a number of seconds, more than 0, at most 10", "`0.5`"),
        ("agents.<role>.timeouts.total", "a number of seconds, more than 0", "the model's"),
        ("providers.<provider>.models.<model>.timeouts.total", "a number of seconds, more than 0", "the provider's"),
        ("agents.<role>.fallback_models", "a list; each is a model", "none"),
    ],
)
def test_types_and_defaults_are_told_in_words(key: str, takes: str, default: str) -> None:
    """A default may be that of the section, which inherits from another."""
    assert (entries()[key].takes, entries()[key].default) == (takes, default)


# --- the schema for editors ---------------------------------------------------------------------


def problems(text: str) -> list[str]:
    """Where an editor would mark this file."""
    return [".".join(map(str, error.path)) for error in SCHEMA.iter_errors(yaml.safe_load(text))]


def test_schema_takes_the_shipped_files() -> None:
    """And the examples of all keys."""
    assert [problems(resource(name).read_text()) for name in ("config.example.yaml", "system_config.yml")] == [[], []]
    assert [entry.key for entry in KEYS if problems(entry.example)] == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sever: {}", ""),
        ("server: {prot: 1}", "server"),
        ("server: {port: '8'}", "server.port"),
        ("server: {port: 70000}", "server.port"),
        ("server: [a]", "server"),
        ("server: {cors_origins: [a, 2]}", "server.cors_origins.1"),
        ("logging: {level: LOUD}", "logging.level"),
        ("defaults: {max_parallel: 0}", "defaults.max_parallel"),
        ("providers: {x: {models: {m: {context_window: big}}}}", "providers.x.models.m.context_window"),
        ("storage: {neo4j: {embedded: {heap: 512 MB}}}", "storage.neo4j.embedded.heap"),
    ],
)
def test_schema_marks_what_the_service_refuses(text: str, place: str) -> None:
    """At the place where it is wrong."""
    assert problems(text) == [place]


@pytest.mark.parametrize(
    "text", ["agents:", "logging: {level: info}", "defaults: {context: Recent}", "server: {graphiql: true}"]
)
def test_schema_takes_what_the_service_takes(text: str) -> None:
    """An empty section, names in any letters, a choice of a word or a truth value."""
    assert problems(text) == []


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 70_000), st.sampled_from(["a", "", "INFO", "auto", "512m", "none", "8"])
)
NAMES = sorted({part for entry in entries().values() for part in entry.path if not part.startswith("<")})


def _trees(shape: Entry | None) -> st.SearchStrategy[Any]:
    """Values for a section: mostly its own keys, with values that are right or wrong."""
    below = [it for it in entries().values() if it.path[:-1] == (shape.path if shape else ())]
    if not below:
        return st.one_of(LEAVES, st.lists(LEAVES, max_size=2))
    keys = st.sampled_from(below).flatmap(
        lambda it: st.tuples(st.just("openai" if it.is_named else it.path[-1]), _trees(it))
    )
    return st.one_of(st.lists(keys, max_size=3).map(dict), st.none() if shape else st.just({}))


@settings(deadline=None, max_examples=200)
@given(_trees(None))
def test_schema_says_yes_to_whatever_the_types_take(tree: dict[str, Any]) -> None:
    """An editor never marks a file that works. Sections with nothing in them count as not said."""
    try:
        Settings.model_validate_json(json.dumps(tree))
    except ValidationError:
        return
    assert list(SCHEMA.iter_errors(tree)) == []


def test_written_example_names_the_schema_that_is_there(tmp_path: Path) -> None:
    """An editor reads it from the first line, wherever the file is; the shipped example names its neighbour."""
    first = write_example(tmp_path / "a folder" / "config.yaml").read_text().splitlines()[0]
    address = first.removeprefix("# yaml-language-server: $schema=")
    assert " " not in address
    assert address == resource("schema", "config.schema.json").as_uri()
    assert (
        resource("config.example.yaml")
        .read_text()
        .startswith("# yaml-language-server: $schema=schema/config.schema.json\n")
    )
