// How far each of these tasks is that may wait for others: an answer that was cut is waited for until it is written.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id})
WITH t, CASE
  WHEN t.unfinished IS NULL OR t.heldContent IS NULL THEN 'PLACED'
  WHEN EXISTS { (t)-[:AWAITS]->(:Task {unfinished: true}) } THEN 'WAITS'
  WHEN EXISTS {
    MATCH (t)-[:AWAITS]->(w:Task {status: 'CANCELLED'})-[:HAS_SUBTASK]->(:Subtask {kind: 'direct'})
      -[:ATTEMPTED]->(a:Attempt {status: 'CANCELLED'})
    WHERE a.latencyMs IS NULL AND w.finishedAt.epochMillis > timestamp() - $patience
  } THEN 'WAITS'
  ELSE 'FREE' END AS state
RETURN collect({id: t.id, conversationId: t.conversationId, state: state}) AS found
