// The contents of messages and summaries of these ids, to make passages of them.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  OPTIONAL MATCH (m:Message {id: id})
  OPTIONAL MATCH (s:Summary {id: id})
  WITH id, coalesce(m.content, s.content) AS content
  WHERE content IS NOT NULL
  RETURN {id: id, content: content}
} AS rows
