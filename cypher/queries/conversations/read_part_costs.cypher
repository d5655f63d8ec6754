// What answers among these messages cost, and which sources the tasks of their prompts read.
CYPHER 25
UNWIND $ids AS id
MATCH (m:Message {id: id, ownerId: $ownerId})
OPTIONAL MATCH (m)<-[:ASKED]-(t:Task)
WITH collect(DISTINCT t) AS tasks
RETURN reduce(sum = null, cost IN COLLECT {
    UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a:Attempt) WHERE a.costUsd IS NOT NULL RETURN a.costUsd
  } | coalesce(sum, 0.0) + cost) AS costUsd,
  COLLECT { UNWIND tasks AS t MATCH (t)-[:READS]->(s:Source) RETURN DISTINCT s.id } AS sources
