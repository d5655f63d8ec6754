// A message is a prompt or a response, not both, in one conversation, and names that one and its owner.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (m:Message|Prompt|Response)
  WHERE NOT m:Message OR (m:Prompt) = (m:Response) OR COUNT { (m)-[:IN_CONVERSATION]->(:Conversation|Arrival) } <> 1
  RETURN m.id AS id
  UNION ALL
  MATCH (m:Message)-[:IN_CONVERSATION]->(c)
  WHERE coalesce(m.conversationId, '') <> c.id OR coalesce(m.ownerId, '') <> c.ownerId
  RETURN m.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
