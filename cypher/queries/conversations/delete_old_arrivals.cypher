// Delete a piece of a conversation that an import began and did not end: it was cancelled, or its file is gone.
CYPHER 25
MATCH (c:Arrival) WHERE c.arrivedAt < timestamp() - $seconds * 1000
WITH c LIMIT 1
WITH c, COLLECT { MATCH (c)<-[:IN_CONVERSATION]-(m:Message) RETURN m LIMIT $limit } AS messages
FOREACH (m IN messages | DETACH DELETE m)
FOREACH (x IN CASE WHEN size(messages) < $limit THEN [c] ELSE [] END | DETACH DELETE x)
RETURN size(messages) + 1 AS done
