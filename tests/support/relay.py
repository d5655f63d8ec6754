"""Relay's compiler over modules, and what a build's plug-in makes of their `graphql` tags."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from service.resources import read_resource
from tests.support.node import NODE, packages

SCALARS = {
    "requireCustomScalarTypes": True,
    "customScalarTypes": {"BigInt": "number", "DateTime": "string", "JSON": "unknown", "Upload": "File"},
}
_TAG = re.compile(r"graphql`\s*(?:fragment|query|mutation|subscription)\s+(\w+)[^`]*`")
_GENERATED = "src/__generated__"


def compile_modules(folder: Path, config: str, modules: Mapping[str, str]) -> str:
    """What the compiler says of `modules`, which are files of `src`; it succeeds."""
    (folder / "relay.config.json").write_text(config)
    (folder / "schema.graphql").write_text(read_resource("schema", "schema.graphql"))
    (folder / _GENERATED).mkdir(parents=True)
    for name, text in modules.items():
        (folder / "src" / name).write_text(text)
    compiler = packages() / "node_modules" / "relay-compiler" / "cli.js"
    done = subprocess.run([str(NODE), str(compiler)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def as_program(folder: Path, module: str) -> str:
    """The module as a program that Node runs in `folder`: for each tag, what the compiler wrote."""
    for written in (folder / _GENERATED).glob("*.js"):
        written.write_text(re.sub(r"(from '\./\w+\.graphql)'", r"\1.js'", written.read_text()))
    imports = (f'import {name} from "./{_GENERATED}/{name}.graphql.js";\n' for name in _TAG.findall(module))
    return "".join(imports) + _TAG.sub(r"\1", module)
