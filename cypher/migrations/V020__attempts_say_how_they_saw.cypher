// What an attempt saw was the oldest message that was sent as it is; now it may be something else, so each says what it is.
CYPHER 25
MATCH (:Attempt)-[saw:SAW]->(:Message)
WHERE saw.as IS NULL
CALL (saw) { SET saw.as = 'VERBATIM' } IN TRANSACTIONS OF 1000 ROWS;
