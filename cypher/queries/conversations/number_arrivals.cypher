// Keep numbers for the messages that a piece of an import brings to conversations that nobody sees yet.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (c:Arrival {id: row.conversationId, ownerId: row.ownerId})
SET c.lastSeq = c.lastSeq + row.messages, c.changedAt = datetime({epochMillis: timestamp()}), c.arrivedAt = timestamp()
RETURN collect({n: row.n, id: c.id}) AS written
