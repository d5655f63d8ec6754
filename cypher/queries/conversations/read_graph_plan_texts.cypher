// Some of these kept plans of an owner, in this order, $most characters at once and one at least.
CYPHER 25
UNWIND $ids AS id
MATCH (s:Strategy {id: id, ownerId: $ownerId})
WITH collect(s) AS found
WITH found, reduce(sum = {size: 0, count: 0}, s IN found | CASE WHEN sum.count = 0 OR sum.size + size(s.plan) <= $most
  THEN {size: sum.size + size(s.plan), count: sum.count + 1} ELSE {size: $most + 1, count: sum.count} END).count AS count
RETURN [s IN found[..count] | {node: properties(s), formerId: head(COLLECT { MATCH (s)-[:SUPERSEDES]->(f) RETURN f.id })}] AS rows
