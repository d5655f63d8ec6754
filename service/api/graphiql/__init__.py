"""GraphiQL in a browser: the page, its files and its examples. It knows nothing of GraphQL's types and asks for no key.

All files are in `static/`; what of them is not our own is made by `scripts/vendor-graphiql`.
"""
