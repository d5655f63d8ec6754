// A page of the changes of a conversation by their numbers.
CYPHER 25
MATCH (x:Change) WHERE x.conversationId = $conversationId AND $after < x.seq <= $asOf AND x.ownerId = $ownerId
WITH x ORDER BY x.conversationId, x.seq LIMIT $limit
RETURN collect(properties(x)) AS rows
