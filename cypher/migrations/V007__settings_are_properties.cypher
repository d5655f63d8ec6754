// How a task is run was JSON, with its templates. Read a page of those that have some.
CYPHER 25
MATCH (t:Task) WHERE t.id > $after AND t.config IS NOT NULL
WITH t ORDER BY t.id LIMIT $limit
RETURN t.id AS id, t.config AS config, head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.content }) AS content;

// Settings are properties; the texts of a template, and the tools that are offered, are nodes.
CYPHER 25
UNWIND $rows AS row
MATCH (t:Task {id: row.id})
SET t += row.settings
REMOVE t.config
MERGE (template:Template {id: row.template.id})
  ON CREATE SET template += row.template, template.createdAt = t.createdAt
MERGE (t)-[:FILLED_IN]->(template)
WITH row, t
UNWIND row.tools AS tool
MERGE (offered:Tool {ownerId: t.ownerId, name: tool.name})
  ON CREATE SET offered.id = tool.id, offered.createdAt = t.createdAt
MERGE (t)-[o:OFFERS {index: tool.index}]->(offered)
SET o.description = tool.description, o.parameters = tool.parameters;
CREATE CONSTRAINT template_id IF NOT EXISTS FOR (n:Template) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT tool_id IF NOT EXISTS FOR (n:Tool) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT tool_name IF NOT EXISTS FOR (n:Tool) REQUIRE (n.ownerId, n.name) IS UNIQUE;
