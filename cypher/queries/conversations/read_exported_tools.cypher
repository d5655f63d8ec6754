// What the models knew of the tools that these responses called: description and parameters, by the tool's name.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Response {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (m)-[:RESPONDS_TO]->(:Prompt)<-[:ASKED]-(:Task)-[offer:OFFERS]->(tool:Tool)
WHERE EXISTS { (m)-[:CALLED]->(tool) }
RETURN DISTINCT tool.name AS name, offer.description AS description, offer.parameters AS parameters
