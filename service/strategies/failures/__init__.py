"""Errors in logs, tracebacks, and the output of compilers, linters and tests: found, and grouped into cases.

Pure functions of texts. Knows nothing of tasks, prompts or models.
"""
