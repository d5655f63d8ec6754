"""The texts below the attributes of classes. Python keeps them in the source alone; a leaf."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import lru_cache


def attribute_docs(origin: type) -> dict[str, str]:
    """The texts below the attributes of a class and of those that it inherits from, by name."""
    found: dict[str, str] = {}
    for kind in reversed(origin.__mro__):
        found |= _docs_of_module(kind.__module__).get(kind.__qualname__, {})
    return found


def paragraphs(docstring: str | None) -> str | None:
    """Paragraphs, each on a line: how the source is wrapped is nobody's business. Lists stay lists."""
    paragraphs = inspect.cleandoc(docstring or "").strip().split("\n\n")
    return "\n\n".join(it if it.startswith("- ") else " ".join(it.split()) for it in paragraphs) or None


@lru_cache(256)
def _docs_of_module(name: str) -> dict[str, dict[str, str]]:
    """The texts below attributes, by class and name. Python keeps them in the source alone."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
    except (KeyError, OSError, TypeError):
        return {}
    return {node.name: dict(_docs_of_class(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docs_of_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for one, below in zip(node.body, node.body[1:], strict=False):
        match one, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, paragraphs(text) or ""
            case _:
                pass
