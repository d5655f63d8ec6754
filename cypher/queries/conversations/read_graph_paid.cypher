// A page of the calls of a conversation whose tasks are deleted, with the models that they asked.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})-[:PAID]->(a:Attempt) WHERE a.id > $after
WITH a ORDER BY a.id LIMIT $limit
RETURN collect({as: 'Attempt', node: properties(a), out: COLLECT { MATCH (a)-[r:USED|PASSED_OVER]->(x:Model)
  RETURN [type(r), 'Model', x.id, properties(r), properties(x), null, null] }}) AS rows
