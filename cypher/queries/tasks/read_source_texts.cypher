// The texts of sources.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Source {id: id})
RETURN collect(s {.id, .text}) AS found
