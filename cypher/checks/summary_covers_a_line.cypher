// A summary in contexts covers messages of one line, each the only parent of the next, or summaries of the level below that follow each other.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (s:Summary {kind: 'STRETCH', level: 1})
  WITH s, COLLECT { MATCH (s)-[:SUMMARIZES]->(m:Message) RETURN m ORDER BY m.depth } AS line
  WHERE size(line) <> s.messages OR any(i IN range(1, size(line) - 1) WHERE
    COLLECT { WITH line[i] AS m MATCH (m)-[:CONTINUES|RESPONDS_TO]->(up) RETURN up.id } <> [line[i - 1].id])
  RETURN s.id AS id
  UNION ALL
  MATCH (s:Summary {kind: 'STRETCH'}) WHERE s.level > 1
  WITH s, COLLECT { MATCH (s)-[:SUMMARIZES]->(part:Summary)-[:ENDS_AT]->(e) RETURN part ORDER BY e.depth } AS parts
  WHERE size(parts) < 2 OR any(part IN parts WHERE part.level <> s.level - 1)
    OR reduce(n = 0, part IN parts | n + part.messages) <> s.messages
    OR any(i IN range(1, size(parts) - 1) WHERE NOT EXISTS { WITH parts[i] AS part, parts[i - 1] AS before
      MATCH (part)-[:BEGINS_AT]->()-[:CONTINUES|RESPONDS_TO]->()<-[:ENDS_AT]-(before) })
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
