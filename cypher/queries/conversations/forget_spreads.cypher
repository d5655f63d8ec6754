// What rests on these is marked: an erasure need not look there again.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
UNWIND $batch.ids AS id
MATCH (x:Erased|Message {id: id})<-[spreads:SPREADS]-(e)
DELETE spreads
RETURN count(*) AS done
