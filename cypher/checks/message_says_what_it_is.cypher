// A message has a text, a title, and a role or a status that there is.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (m:Message)
WHERE m.content IS NULL OR coalesce(m.title, '') = '' OR m.createdAt IS NULL
  OR (m:Prompt AND NOT coalesce(m.role, '') IN ['SYSTEM', 'USER', 'TOOL'])
  OR (m:Response AND NOT coalesce(m.status, '') IN ['STREAMING', 'COMPLETE', 'PARTIAL', 'FAILED'])
RETURN count(*) AS count, collect(m.id)[..5] AS ids
