// By which messages of the chat these messages, summaries and sources are reached: the task's prompt, of what is a subtask's.
CYPHER 25
MATCH (b:Branch {id: $branchId})-[:BRANCH_OF]->(c:Conversation {ownerId: $ownerId})
UNWIND $batch.ids AS id
OPTIONAL MATCH (m:Message {id: id, conversationId: c.id})
OPTIONAL MATCH (s:Summary {id: id, conversationId: c.id})
OPTIONAL MATCH (x:Source {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (m)-[:RESPONDS_TO]->{0,1}(p)-[:DECOMPOSES]->{0,9}(a:Message)
  WHERE NOT EXISTS { (a)-[:DECOMPOSES]->() } AND (a = m OR NOT m:Response OR a <> p)
  RETURN DISTINCT a {.id, .depth}
  UNION
  MATCH (s)-[:ENDS_AT]->(a)
  RETURN a {.id, .depth}
  UNION
  MATCH (x)<-[:READS]-(t:Task {conversationId: c.id})-[:ASKED]->(a)
  RETURN DISTINCT a {.id, .depth} LIMIT 100
} AS anchors
