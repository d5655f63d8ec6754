// A conversation has a default branch of its own, no two of one name, and a branch is of one conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (c:Conversation)
  WHERE NOT EXISTS { (c)<-[:BRANCH_OF]-(b:Branch) WHERE b.id = c.defaultBranchId OR c.defaultBranchId IS NULL }
    OR COUNT { (c)<-[:BRANCH_OF]-() } <> COUNT { MATCH (c)<-[:BRANCH_OF]-(b) RETURN DISTINCT b.name }
  RETURN c.id AS id
  UNION ALL
  MATCH (b:Branch) WHERE COUNT { (b)-[:BRANCH_OF]->(:Conversation) } <> 1
  RETURN b.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
