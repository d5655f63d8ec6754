// What a prompt continues, in order: the sides of a merge, each with the name that its branch had.
CYPHER 25
MATCH (p:Prompt {id: $promptId})
RETURN COLLECT {
  MATCH (p)-[up:CONTINUES]->(m:Message)
  RETURN {id: m.id, label: coalesce(up.label, '')} ORDER BY up.index, m.id
} AS sides
