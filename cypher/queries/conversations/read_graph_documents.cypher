// A page of the documents of a conversation, with their versions.
CYPHER 25
MATCH (d:Document) WHERE d.conversationId = $conversationId AND d.id > $after AND d.ownerId = $ownerId
WITH d ORDER BY d.conversationId, d.id LIMIT $limit
RETURN collect({as: 'Document', node: properties(d), out: COLLECT {
  MATCH (d)-[r:HAS_VERSION|NEWEST]->(x:Source) RETURN [type(r), 'Source', x.id, properties(r), null, null, null] }}) AS rows
