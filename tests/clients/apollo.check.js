import { buildSchema, getNullableType, isObjectType } from "graphql";
import { assert, assertAnswered, assertSame, assertSentOnce, cut, done, until } from "./harness.js";

const shown = (chat) => current(chat).messages.edges.map(({ node }) => node);

await assertAnswered(ended, showAnswer, send);
await assertSentOnce((key) => send("twice", undefined, key));

const long = await openChat(process.env.LONG_CHAT);
assert.equal(shown(long).length, 50);
while (await older(long));
assert.equal(shown(long).length, Number(process.env.LONG_CHAT_MESSAGES));
assert.equal(shown(long)[0].content, "Prompt 1.");

await until(() => shown(chat).length === 4);
await cut();
await send("after the cut", sent.conversation.id);
const written = async () => {
  const { data } = await client.query({ query: CHAT, variables: { id: sent.conversation.id }, fetchPolicy: "no-cache" });
  return data.conversation.messages.edges.map(({ node }) => node);
};
await until(async () => (await written()).length === 6);
await until(() => chat.getCurrentResult().data.conversation.messages.edges.length >= 6);
assertSame(shown(chat), await written());

const whole = gql`query ($id: ID!) { task(id: $id) { id progress { total done failed } metrics { attempts latencyMs { total max } } } }`;
const part = gql`query ($id: ID!) { task(id: $id) { id progress { total } metrics { latencyMs { median } } } }`;
const variables = { id: sent.task.id };
await client.query({ query: whole, variables });
await client.query({ query: part, variables });
assert.ok(client.readQuery({ query: whole, variables }), "what two components ask for is not kept together");
const schema = buildSchema(await (await fetch(url.replace("/graphql", "/schema.graphql"))).text());
const embedded = Object.values(schema.getTypeMap())
  .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
  .map(({ type }) => getNullableType(type))
  .filter((type) => isObjectType(type) && !/^__|Payload$|Connection$|Edge$|^(PageInfo|About|ResponseDelta)$/.test(type.name) && !type.getFields().id);
assert.deepEqual([...new Set(embedded.map(({ name }) => name))].sort(), parts);
done();
