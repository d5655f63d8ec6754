// An attempt is of one subtask and one model, and has the owner of its task; one whose subtask is deleted was paid in one conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (a:Attempt) WHERE COUNT { (a)<-[:ATTEMPTED]-(:Subtask) } + COUNT { (a)<-[:PAID]-(:Conversation|Erased) } <> 1 OR COUNT { (a)-[:USED]->(:Model) } <> 1
  RETURN a.id AS id
  UNION ALL
  MATCH (t:Task)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) WHERE coalesce(a.ownerId, '') <> t.ownerId
  RETURN a.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
