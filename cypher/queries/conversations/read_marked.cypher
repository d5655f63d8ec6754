// What an erasure has found up to now, where what went on from each goes on instead, and from what it has to look on.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
RETURN COLLECT { MATCH (e)-[r:ERASES]->(x) RETURN {id: x.id, leads: r.leads} } AS marked,
  COLLECT { MATCH (e)-[:DISMANTLES]->(t) RETURN t.id } AS tasks,
  COLLECT { MATCH (e)-[:SPREADS]->(x) RETURN x.id } AS spreads
