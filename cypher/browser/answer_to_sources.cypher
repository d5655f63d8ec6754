// From a task's answer to what it rests on: answers, prompts, and the sources that these are about. Before it: `:param taskId => '…'`
CYPHER 25
MATCH (:Task {id: $taskId})-[:RESULTED_IN]->(answer:Response)
MATCH path = (answer)-[:SYNTHESIZES|RESPONDS_TO|USES]->{1,}(:Prompt)-[:ABOUT]->(:Source)
RETURN path
