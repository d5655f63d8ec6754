// What the slots for vectors hold: which model's, of how many dimensions, and which of them is searched.
CYPHER 25
MATCH (s:VectorSlot)
RETURN collect(s {.id, .model, .dimensions, isCurrent: coalesce(s.isCurrent, false)}) AS rows
