// A page of the ids of all conversations of an owner, the oldest first.
CYPHER 25
MATCH (c:Conversation) WHERE c.ownerId = $ownerId AND c.id > $after
WITH c ORDER BY c.ownerId, c.id LIMIT $limit
RETURN collect(c.id) AS ids
