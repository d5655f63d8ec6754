// Wait until the index of words has all that was written.
CYPHER 25
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
RETURN true AS isRefreshed
