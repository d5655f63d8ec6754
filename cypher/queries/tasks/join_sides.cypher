// Let a prompt that was just written continue the heads of other branches, too: each side with its number and its name.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (p:Prompt {id: row.promptId})-[first:CONTINUES]->(above:Message)
  WHERE first.index IS NULL
  SET first.index = 0, first.label = row.label
  WITH row, p, above
  UNWIND range(0, size(row.sides) - 1) AS i
  MATCH (side:Message {id: row.sides[i].messageId, conversationId: p.conversationId})
  CREATE (p)-[:CONTINUES {index: i + 1, label: row.sides[i].label}]->(side)
  WITH p, max(side.depth) AS deepest
  SET p.depth = CASE WHEN deepest >= p.depth THEN deepest + 1 ELSE p.depth END
  RETURN p.id AS id
}
RETURN collect({n: row.n, id: id}) AS written
