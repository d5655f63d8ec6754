// What of the messages that have arrived would break a promise of the graph.
CYPHER 25
CALL () {
  MATCH (m:Incoming) WHERE m.incomingTo = $deliveryId AND m.incomingAs IN ['Prompt', 'Response'] AND m.incomingId >= ''
  WITH m, COUNT { (m)-[:IN_CONVERSATION]->({incomingAs: 'Conversation'}) } AS places,
    COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO|DECOMPOSES|ABOUT]->(above {incomingTo: $deliveryId}) WHERE above.seq IS NOT NULL RETURN above.depth } AS depths
  WITH *, reduce(deepest = -1, depth IN depths | CASE WHEN depth > deepest THEN depth ELSE deepest END) + 1 AS depth
  WITH m, CASE
    WHEN places <> 1 THEN 'is not IN_CONVERSATION just once'
    WHEN EXISTS { (m)-[:CONTINUES|RESPONDS_TO|DECOMPOSES|USES|SYNTHESIZES|RESULT_OF|REVISES|ABOUT|REPLAYS]->(earlier) WHERE earlier.seq >= m.seq }
      THEN 'rests on a message that is not older: its seq must be greater'
    WHEN m.depth < depth OR (m.depth > depth AND NOT EXISTS {
        MATCH (e:Incoming) WHERE e.incomingTo = $deliveryId AND e.incomingAs = 'Erasure' AND e.incomingId >= ''
        AND e.conversationId = m.conversationId }) THEN 'has not the depth that what is above it says'
    WHEN m.incomingAs = 'Response' AND COUNT { (m)-[:RESPONDS_TO]->() } <> 1 THEN 'does not RESPONDS_TO just one prompt'
    WHEN m.incomingAs = 'Response' AND NOT EXISTS { (m)<-[:YIELDED|RESULTED_IN|REUSED]-() } AND NOT EXISTS { (m)-[:REVISES]->() }
      AND m.byHand IS NULL AND EXISTS { (m)-[:RESPONDS_TO]->()<-[:ASKED]-() } THEN 'answers what was asked, and nothing has made it'
    WHEN m.incomingAs = 'Prompt' AND (m.role <> 'SYSTEM' OR EXISTS { (m)-[:CONTINUES|DECOMPOSES]->() })
      AND toInteger(EXISTS { (m)-[:CONTINUES]->() }) + COUNT { (m)-[:DECOMPOSES]->() } + COUNT { (m)<-[:STARTS_WITH]-() }
        + COUNT { (m)-[:ABOUT]->(x) WHERE x.seq IS NOT NULL } <> 1 THEN 'has not just one place: CONTINUES, DECOMPOSES, ABOUT or STARTS_WITH'
    WHEN EXISTS { (m)<-[:STARTS_WITH]-() } AND depths <> [] THEN 'begins its conversation and stands below a message'
    WHEN (m.role = 'TOOL') <> (m.toolCallId IS NOT NULL) OR COUNT { (m)-[of:RESULT_OF]->()-[called:CALLED]->()
        WHERE of.toolCallId = m.toolCallId AND called.toolCallId = m.toolCallId } <> CASE WHEN m.role = 'TOOL' THEN 1 ELSE 0 END
      THEN 'is a tool result of no call, or a call that is not said'
    WHEN EXISTS { (m)-[:DECOMPOSES]->() } AND COUNT { (m)<-[:ASKED]-({incomingAs: 'Subtask'}) } <> 1 THEN 'is a part that no subtask asked'
    WHEN m.finishReason = 'tool_calls' AND NOT EXISTS { (m)-[:CALLED]->() } THEN 'ended with tool calls and has none'
  END AS why
  WHERE why IS NOT NULL
  RETURN m AS n, why LIMIT 20
  UNION ALL
  MATCH (m:Incoming) WHERE m.incomingTo = $deliveryId AND m.incomingAs = 'Response' AND m.incomingId >= ''
  MATCH (m)-[call:CALLED]->()
  WITH m, collect(call.index) AS places, count(DISTINCT call.toolCallId) AS ids
  WHERE size(places) <> ids OR any(place IN range(0, size(places) - 1) WHERE NOT place IN places)
  RETURN m AS n, 'has tool calls that are not numbered from 0 on, each with an id' AS why LIMIT 20
}
RETURN collect([n.incomingAs, n.incomingId, why]) AS found
