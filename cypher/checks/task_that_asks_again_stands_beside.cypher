// A task that regenerates an answer asked the prompt of that answer; a prompt is asked by tasks of its conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)-[:REGENERATES]->(r)
WHERE (NOT EXISTS { (t)-[:ASKED]->()<-[:RESPONDS_TO]-(r) }
    // A prompt with newer texts in it stands beside the one that was asked.
    AND NOT EXISTS { (t)-[:REFRESHES]->()-[:ASKED]->()<-[:REVISES]-()<-[:ASKED]-(t) }) OR COUNT { (t)-[:REGENERATES]->() } > 1 OR t.movesBranch IS NULL
RETURN count(*) AS count, collect(t.id)[..5] AS ids
