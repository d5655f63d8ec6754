// A replay asked the prompt of the call that it replays, and its answers stand beside the answer of that; what it left out or changed is of its conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (t:Task)-[:REPLAYS_ATTEMPT]->(a)
  WHERE t.replayOf <> a.id OR COUNT { (t)-[:REPLAYS_ATTEMPT]->() } > 1
    OR NOT EXISTS { (t)-[:ASKED]->()<-[:ASKED]-(:Subtask)-[:ATTEMPTED]->(a) }
  RETURN t.id AS id
  UNION ALL
  MATCH (t:Task)-[:WITHOUT|INSTEAD]->(m) WHERE t.replayOf IS NULL OR m.conversationId <> t.conversationId
  RETURN t.id AS id
  UNION ALL
  MATCH (r:Response)-[:REPLAYS]->(former) WHERE NOT EXISTS { (r)-[:RESPONDS_TO]->()<-[:RESPONDS_TO]-(former) }
  RETURN r.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
