// Summaries, level by level
CYPHER 25
// The newest 40 summaries of the conversation that has the newest one, what they are made of, where each begins and ends. Another
// conversation: put the id of a summary of it between the quotes.
MATCH (newest:Summary) WHERE newest.id STARTS WITH ''
WITH newest ORDER BY newest.id DESC LIMIT 1
MATCH (s:Summary) WHERE s.id > ''
WITH newest, s ORDER BY s.id DESC LIMIT 10000
WITH s WHERE s.conversationId = newest.conversationId LIMIT 40
OPTIONAL MATCH made = (s)-[:SUMMARIZES]->(:Summary)
OPTIONAL MATCH ends = (s)-[:ENDS_AT|BEGINS_AT]->(:Message)
RETURN s, made, ends LIMIT 200
