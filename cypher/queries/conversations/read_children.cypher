// The first messages that continue from or respond to each of these.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT { MATCH (m)<-[:CONTINUES|RESPONDS_TO]-(other:Message) RETURN other.id ORDER BY other.id LIMIT $first } AS ids
