// How things stand at the message, or the source, where a deletion would begin.
CYPHER 25
CALL () {
  MATCH (y:Message {id: $id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId}) RETURN y
  UNION ALL
  MATCH (y:Source {id: $id, ownerId: $ownerId}) RETURN y
  UNION ALL
  MATCH (y:Document {id: $id, ownerId: $ownerId}) RETURN y
}
RETURN {id: y.id, conversationId: y.conversationId,
  as: CASE WHEN y:Prompt THEN 'PROMPT' WHEN y:Response THEN 'RESPONSE' WHEN y:Source THEN 'SOURCE' ELSE 'DOCUMENT' END,
  parents: COLLECT { MATCH (y)-[up:CONTINUES|RESPONDS_TO]->(p) RETURN p.id ORDER BY up.index }} AS row
