// The texts of the messages of these ids that are in the owner's conversations: a message is read without a long one.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN m.id AS id, m.content AS content
