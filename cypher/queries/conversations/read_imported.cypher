// Where each of these messages came from, of those that were imported.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
WHERE m.foreignId IS NOT NULL
RETURN id, m {.foreignId, .model, .foreign} AS imported
