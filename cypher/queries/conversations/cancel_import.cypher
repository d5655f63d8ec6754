// End an import that is under way: what is whole stays.
CYPHER 25
MATCH (i:Import {id: $importId, status: 'RUNNING'})
SET i.status = 'CANCELLED', i.finishedAt = datetime({epochMillis: timestamp()})
