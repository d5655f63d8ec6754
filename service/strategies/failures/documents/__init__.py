"""Reports that are one document (JUnit XML, TRX, SARIF, the JSON of linters): read by their format, not by their lines.

Each error keeps the characters of the text that tell of it, so that it can be quoted. Knows nothing of cases.
"""
