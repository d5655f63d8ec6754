// A conversation with its messages, tasks and sources. Before it: `:param conversationId => '…'`
CYPHER 25
MATCH (c:Conversation {id: $conversationId})<-[:IN_CONVERSATION]-(m:Message)
OPTIONAL MATCH (m)-[:ABOUT]->(s:Source)
OPTIONAL MATCH (c)-[:HAS_TASK]->(t:Task)
RETURN *
