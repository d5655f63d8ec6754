// Say what a slot for vectors holds. One that is searched takes the place of the other.
CYPHER 25
MERGE (s:VectorSlot {id: $slot})
SET s.model = $model, s.dimensions = $dimensions
WITH s WHERE $isCurrent
SET s.isCurrent = true
WITH s
UNWIND $others AS slot
MATCH (other:VectorSlot {id: slot})
SET other.isCurrent = false
