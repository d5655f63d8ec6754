// The texts of sources, as many of them as are no longer than $most characters together, and the ids of those left; the first in any case.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Source {id: id})
WITH collect(s) AS wanted
WITH wanted, size([i IN range(1, size(wanted))
  WHERE i = 1 OR reduce(sum = 0, s IN wanted[..i] | sum + s.length) <= $most]) AS fit
RETURN [s IN wanted[..fit] | s {.id, .text}] AS found, [s IN wanted[fit..] | s.id] AS left
