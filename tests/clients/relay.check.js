import { assert, assertAnswered, assertSame, assertSentOnce, cut, done, until } from "./harness.js";

const shown = (chat) => current(chat).edges.map(({ node }) => node);

await assertAnswered(ended, showAnswer, send);
await assertSentOnce((idempotencyKey) => send("twice", { idempotencyKey }));

await assert.rejects(send("x", { conversationId: "nothing" }), { code: "NOT_FOUND", retryable: false });
const half = await sendBoth({ content: "one" }, { content: "x", conversationId: "nothing" });
assert.equal(half.data.other, null);
assert.deepEqual(half.errors.map(({ path, extensions }) => [...path, extensions.code]), [["other", "NOT_FOUND"]]);
assert.ok(environment.getStore().getSource().has(half.data.one.task.id));
const whole = await sendBoth({ content: "one" }, { content: "other" });
assert.ok(whole.data.one.answerId && whole.data.other.answerId);
assert.deepEqual(whole.errors, []);
const refused = new Promise((resolve) => follow({ id: "nothing", conversation: {} }, resolve));
assert.equal((await refused).code, "NOT_FOUND");

const long = await openChat(process.env.LONG_CHAT);
assert.equal(shown(long).length, 50);
while (await older(long));
assert.equal(shown(long).length, Number(process.env.LONG_CHAT_MESSAGES));
assert.equal(shown(long)[0].content, "Prompt 1.");

await until(() => shown(chat).length === 4);
await cut();
await send("after the cut", { conversationId: chat.id, chats: [current(chat).__id] });
const written = async () => {
  const variables = { id: chat.id };
  const { data } = await ask({ text: `query($id: ID!) { conversation(id: $id) { messages(last: 50) { nodes { id } } } }` }, variables);
  return data.conversation.messages.nodes;
};
await until(async () => (await written()).length === 6);
await until(() => shown(chat).length >= 6);
assertSame(shown(chat), await written());
done();
