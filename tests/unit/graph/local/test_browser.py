"""Neo4j Browser with our pages in it: what its jar holds, and what its script does to a person's own things."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.graph.local.artifacts import Artifact, Lock
from service.graph.local.browser import browser_jar, pages
from service.graph.local.install import Installation
from service.graph.saved import all_saved, rules, style
from service.resources import read_resource
from tests.support.node import NODE

INDEX = '<body><div id="mount"></div><script src="ui-libs-1.bundle.js"></script></body>'
Json = dict[str, Any]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation with a Browser of two files."""
    jar = Artifact("server", "org.neo4j.client", "neo4j-browser", "5", 1, "")
    found = Installation(tmp_path, Lock("1", (jar,), "0"))
    found.browser.parent.mkdir()
    with zipfile.ZipFile(found.browser, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("browser/index.html", INDEX)
        archive.writestr("browser/app.js", "app()")
    return found


def test_the_jar_has_our_pages_and_all_that_browser_had(installation: Installation) -> None:
    """Its page loads our script before its own."""
    with zipfile.ZipFile(browser_jar(installation)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert sorted(names) == sorted(
            ["browser/app.js", "browser/index.html", *(f"browser/antiphon/{name}" for name in pages())]
        )
        page = archive.read("browser/index.html").decode()
        assert page.index('<script src="antiphon/ready.js?') < page.index('<script src="ui-libs-')
        assert archive.read("browser/antiphon/ready.js").decode() == pages()["ready.js"]


def test_the_jar_is_made_once(installation: Installation) -> None:
    """The fetched one stays as it is; what nobody used for a month is removed."""
    before = installation.browser.read_bytes()
    old = installation.folder / "browser" / "neo4j-browser-5-000000000000.jar"
    old.parent.mkdir()
    old.write_bytes(b"of another release")
    os.utime(old, (0, time.time() - 40 * 86_400))
    jar = browser_jar(installation)
    made = jar.stat().st_ino
    assert browser_jar(installation).stat().st_ino == made
    assert list(jar.parent.iterdir()) == [jar]
    assert installation.browser.read_bytes() == before
    assert installation.browser not in installation.class_path


def test_a_browser_that_we_do_not_know_is_left_as_it_is(installation: Installation) -> None:
    """Without our script it is still a Browser."""
    with zipfile.ZipFile(installation.browser, "w") as archive:
        archive.writestr("browser/index.html", "<body>another one</body>")
    assert browser_jar(installation) == installation.browser


def test_the_script_brings_all_there_is(tmp_path: Path) -> None:
    """As it is served, in a page whose storage is empty."""
    program = "const kept = {}; globalThis.window = {localStorage: {getItem: (k) => kept[k] ?? null, "
    program += f"setItem: (k, v) => {{ kept[k] = v; }}}}}};\n{pages()['ready.js']}\nconsole.log(JSON.stringify(kept));"
    kept = {key: json.loads(value) for key, value in _run(tmp_path, program).items()}
    assert [one["content"] for one in kept["neo4j.documents"]] == [query.text for query in all_saved()]
    assert {one["folder"] for one in kept["neo4j.documents"]} == {one["id"] for one in kept["neo4j.folders"]}
    assert list(kept["neo4j.grass"].items()) == list(rules(style()).items())
    assert kept["neo4j.settings"]["allowUserStats"] is False


def given_of(*texts: str, color: str = "#1") -> Json:
    """What a release brings: a favourite for each text, known by its first letter."""
    return {
        "style": {"node": {"color": color}, "node.Prompt": {"color": color}},
        "folders": [{"id": "ours", "name": "Ours"}],
        "favourites": [{"id": text[0], "folder": "ours", "content": text} for text in texts],
    }


def test_what_a_person_did_stays(tmp_path: Path) -> None:
    """A color of their own, a changed query, one that they removed, one of their own; our own changes arrive."""
    kept = play(
        tmp_path,
        [given_of("a1", "b1", "c1"), "change a", "remove b", "color", "add", given_of("a2", "b1", "c2", color="#2")],
    )
    documents = {one["id"]: one["content"] for one in kept["neo4j.documents"]}
    assert documents == {"a": "mine", "c": "c2", "own": "mine"}
    assert kept["neo4j.grass"] == {"node": {"color": "#2"}, "node.Prompt": {"color": "mine"}}


def test_storage_that_is_broken_begins_anew(tmp_path: Path) -> None:
    """What is no JSON, or not what it should be, is what Browser would not read either."""
    kept = play(tmp_path, [given_of("a1"), "break", given_of("a1")])
    assert [one["id"] for one in kept["neo4j.documents"]] == ["a"]


DEEDS = ("change a", "change b", "remove a", "remove b", "color", "add", "empty")
RELEASES = (given_of("a1", "b1"), given_of("a2", "b1", color="#2"), given_of("b2"))


@settings(max_examples=15)
@given(st.lists(st.sampled_from(DEEDS) | st.sampled_from(RELEASES), max_size=8), st.sampled_from(RELEASES))
def test_whatever_happens_nothing_is_there_twice_and_nothing_of_a_persons_is_lost(story: list[Any], last: Json) -> None:
    """And opening Browser once more changes nothing."""
    folder = Path(os.environ["TESTS_OF_ANTIPHON_HOME"])
    kept = play(folder, [*story, last])
    ids = [one["id"] for one in kept["neo4j.documents"]]
    assert len(ids) == len(set(ids))
    since = story[max((i for i, deed in enumerate(story) if deed == "empty"), default=-1) + 1 :]
    assert ("own" in ids) == ("add" in since)
    assert play(folder, [*story, last, last]) == kept


_PLAY = """
const kept = {};
const storage = {getItem: (key) => kept[key] ?? null, setItem: (key, value) => { kept[key] = value; }};
const list = () => JSON.parse(kept["neo4j.documents"] ?? "[]");
const put = (documents) => { kept["neo4j.documents"] = JSON.stringify(documents); };
for (const deed of STORY) {
  const [word, id] = typeof deed === "string" ? deed.split(" ") : ["open"];
  if (word === "open") ready(deed, storage);
  if (word === "change") put(list().map((one) => (one.id === id ? {...one, content: "mine"} : one)));
  if (word === "remove") put(list().filter((one) => one.id !== id));
  if (word === "add" && !list().some((one) => one.id === "own")) put([...list(), {id: "own", content: "mine"}]);
  const styled = word === "color" ? JSON.parse(kept["neo4j.grass"] ?? "{}") : null;
  if (styled) kept["neo4j.grass"] = JSON.stringify({...styled, "node.Prompt": {color: "mine"}});
  if (word === "empty") put([]);
  if (word === "break") { kept["neo4j.documents"] = "{oh"; kept["neo4j.grass"] = "["; kept.antiphon = "no"; }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, JSON.parse(value)]))));
"""


def play(folder: Path, story: list[Any]) -> Json:
    """What is in the storage after a person opened Browser and did things there."""
    script = read_resource("cypher", "browser", "ready.js") + _PLAY.replace("STORY", json.dumps(story))
    return _run(folder, script)


def _run(folder: Path, script: str) -> Json:
    program = folder / "play.js"
    program.write_text(script, encoding="utf-8")
    done = subprocess.run([str(NODE), program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
