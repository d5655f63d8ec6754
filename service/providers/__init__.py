"""Providers of models: one protocol (`opening.py`), one plug-in a wire format, one way to open them.

The only home of httpx. A provider knows how to ask and how to read an answer; it does not retry, count calls
or keep anything: that is for `tasks/calls.py` and `tasks/runner.py`. Nothing is imported here: a command that needs one
module of these, and a model's own process, need not read all the others.
"""
