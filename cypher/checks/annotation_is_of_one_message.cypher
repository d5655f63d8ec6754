// An annotation is of one message of its owner's, which it names, and says something; its rating is from -1 to 1.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (a:Annotation)
WHERE COUNT { (a)-[:ON]->() } <> 1
  OR NOT EXISTS { (a)-[:ON]->(m:Message) WHERE m.id = a.messageId AND m.ownerId = a.ownerId AND m.conversationId = a.conversationId }
  OR a.annotator IS NULL OR coalesce(a.rating, a.label, a.comment) IS NULL OR NOT -1 <= coalesce(a.rating, 0) <= 1
RETURN count(*) AS count, collect(a.id)[..5] AS ids
