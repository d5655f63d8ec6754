// Give a conversation another title.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (c:Conversation {id: row.conversationId})
WHERE c.ownerId = row.ownerId
SET c.title = row.title
RETURN collect({n: row.n, id: c.id}) AS written
