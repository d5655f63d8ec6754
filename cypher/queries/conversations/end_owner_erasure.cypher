// End the erasure of an owner once those of all conversations have ended; its receipt has the sums of theirs.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'OWNER', status: 'RUNNING'})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT { MATCH (k:Erasure) WHERE k.ownerId = e.ownerId AND k.createdAt >= e.createdAt AND k.id > '' AND k.partOf = e.id RETURN k } AS parts
WHERE none(k IN parts WHERE k.status <> 'DONE')
CALL (e, parts) {
  UNWIND parts AS k
  UNWIND [name IN keys(k) WHERE k[name] IS :: INTEGER NOT NULL AND NOT name IN ['seq', 'upto']] AS name
  WITH e, name, sum(k[name]) AS count
  SET e[name] = coalesce(e[name], 0) + count
}
SET e.status = 'DONE', e.finishedAt = datetime({epochMillis: timestamp()})
RETURN e.id AS id
