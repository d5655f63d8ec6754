// The newest passages of an owner in this state, with their texts.
CYPHER 25
CALL () {
  MATCH (p:Passage)
  WHERE p.embeddedAs = $state AND p.ownerId = $ownerId AND p.id > ''
  RETURN p ORDER BY p.embeddedAs DESC, p.ownerId DESC, p.id DESC LIMIT $limit
}
OPTIONAL MATCH (p)-[:OF]->(n)
RETURN collect({id: p.id, text: substring(coalesce(n.content, n.text, ''), p.start, p.end - p.start)}) AS rows
