import { assert, assertSame, cut, done, until } from "./harness.js";

const shown = (chat) => current(chat).edges.map(({ node }) => node);

assert.equal(ended.taskStatus, "SUCCEEDED");
assert.equal(ended.answer.content, "What is an antiphon?");

const pieces = [];
await showAnswer(await send("piece by piece"), (text) => pieces.push(text));
assert.deepEqual(pieces, ["piece by piece", "piece by piece"]);

const idempotencyKey = crypto.randomUUID();
const [once, again] = [await send("twice", { idempotencyKey }), await send("twice", { idempotencyKey })];
assert.equal(once.task.id, again.task.id);

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
