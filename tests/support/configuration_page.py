"""`docs/configuration-reference.md` and `schema/config.schema.json`: made of the types in `service/settings/`.

`scripts/configuration` writes them; with `--check` it says whether they are what it would write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from service.settings.described import Entry, entries
from tests.support.config_schema import schema_text
from tests.support.generated import ROOT, keep

PAGE = ROOT / "docs" / "configuration-reference.md"
SCHEMA = ROOT / "schema" / "config.schema.json"
HEAD = """# All settings

<!-- Made by scripts/configuration of the types in service/settings. Do not edit it here. -->

```console
$ antiphon config explain server.port     # the same as here, with what it is now and where that was said
```

How files and variables are read, and what stands over what: [configuration](configuration.md).

- A word in `<…>` is a name that you choose, or one that is there: `providers.openai.base_url`. In the name of a
  variable each sign of it that is no letter and no digit is a `_`.
- An example is a whole file. It works as it is.
- A model is named `provider/model`, or by its name alone where only one provider has it.
- Each variable may end in `_FILE`. Then it names a file that holds the value.
- The variable of a list or of a mapping is YAML.

"""


def anchor(entry: Entry) -> str:
    """The anchor of a key: `#storage-max_import_bytes`."""
    return "-".join(part.strip("<>") for part in entry.path)


def page() -> str:
    """The page, as the types have it."""
    return f"{HEAD}{''.join(_sections())}\n{''.join(map(_entry, entries().values()))}".rstrip() + "\n"


def _sections() -> Iterator[str]:
    yield "| section | what is in it |\n|---|---|\n"
    for entry in entries().values():
        if len(entry.path) == 1 or entry.path == ("api_keys", "<provider>"):
            yield f"| [`{entry.path[0]}`](#{anchor(entry)}) | {entry.what} |\n"


def _entry(entry: Entry) -> str:
    level = "##" if len(entry.path) == 1 or entry.path[0] == "api_keys" else "###"
    head = f'<a id="{anchor(entry)}"></a>\n\n{level} `{entry.key}`\n\n{entry.what}\n\n'
    return head if entry.is_section else head + "".join(_facts(entry)) + "\n"


def _facts(entry: Entry) -> Iterator[str]:
    yield f"- Takes: {entry.takes}.\n"
    yield f"- Default: {entry.default}.\n"
    yield f"- Variable: {', '.join(f'`{name}`' for name in entry.variables)}.\n"
    yield f"- Example: `{entry.example}`\n"


def main() -> int:
    """Write both, or check them; the exit code."""
    return keep({PAGE: page(), SCHEMA: schema_text()}, "service/settings", "scripts/configuration")


if __name__ == "__main__":
    sys.exit(main())
