// A conversation has one branch `main`, no two of one name, and a branch is of one conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (c:Conversation)
  WHERE COUNT { (c)<-[:BRANCH_OF]-({name: 'main'}) } <> 1
    OR COUNT { (c)<-[:BRANCH_OF]-() } <> COUNT { MATCH (c)<-[:BRANCH_OF]-(b) RETURN DISTINCT b.name }
  RETURN c.id AS id
  UNION ALL
  MATCH (b:Branch) WHERE COUNT { (b)-[:BRANCH_OF]->(:Conversation) } <> 1
  RETURN b.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
