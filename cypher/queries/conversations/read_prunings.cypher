// What is being deleted of conversations: the pruning, and the conversation of each.
CYPHER 25
MATCH (x:Pruning) WHERE x.id > $after
WITH x ORDER BY x.id LIMIT $limit
RETURN collect({id: x.id, conversationId: x.conversationId}) AS rows
