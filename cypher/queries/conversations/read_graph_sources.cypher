// Some of these sources of an owner, in this order, $most characters at once and one at least.
CYPHER 25
UNWIND $ids AS id
MATCH (s:Source {id: id, ownerId: $ownerId})
WITH collect(s) AS found
WITH found, reduce(sum = {size: 0, count: 0}, s IN found | CASE WHEN sum.count = 0 OR sum.size + s.length <= $most
  THEN {size: sum.size + s.length, count: sum.count + 1} ELSE {size: $most + 1, count: sum.count} END).count AS count
RETURN [s IN found[..count] | properties(s)] AS rows
