// What the slots for vectors hold: which model's, of how many dimensions, and which of them is searched.
CYPHER 25
UNWIND $slots AS slot
MATCH (s:VectorSlot {id: slot})
RETURN collect(s {.id, .model, .dimensions, isCurrent: coalesce(s.isCurrent, false)}) AS rows
