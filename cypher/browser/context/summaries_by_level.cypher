// Summaries by level
CYPHER 25
// Of the conversation that has the newest summary: 12 of its summaries, the highest levels first, what they are made of, and the message
// where each ends. Another conversation: put the id of a summary of it between the quotes.
MATCH (newest:Summary) WHERE newest.id STARTS WITH ''
WITH newest ORDER BY newest.id DESC LIMIT 1
MATCH (s:Summary) WHERE s.id > ''
WITH newest, s ORDER BY s.id DESC LIMIT 10000
WITH s WHERE s.conversationId = newest.conversationId
WITH s ORDER BY s.level DESC, s.id DESC LIMIT 12
OPTIONAL MATCH made = (s)-[:SUMMARIZES]->(:Summary)
OPTIONAL MATCH ends = (s)-[:ENDS_AT]->(:Message)
RETURN s, made, ends LIMIT 200;
