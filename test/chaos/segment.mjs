// Sends messages through Segment's Node client: segment.mjs HOST WRITE_KEY MESSAGES. It ends with an error when the client
// has given a message up.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const { Analytics } = createRequire(resolve(import.meta.dirname, "../../web/package.json"))("@segment/analytics-node");
const [host, writeKey, messages] = process.argv.slice(2);
const client = new Analytics({ host, writeKey, maxRetries: 1000, flushAt: 40, flushInterval: 50, httpRequestTimeout: 5000 });
let lost = 0;
client.on("error", (error) => { lost += 1; console.error(String(error.reason ?? error.code)); });
for (let n = 0; n < Number(messages); n += 1) {
  const userId = `user ${n % 100}`, anonymousId = `browser ${n % 100}`;
  if (n < 100) client.track({ anonymousId, event: "node looked", properties: { n } });
  else if (n < 200) client.identify({ anonymousId, userId, traits: { name: `客户 ${n % 100}`, email: `node${n % 100}@example.com` } });
  else client.track({ userId, event: "node bought", properties: { n, revenue: 1.5 }, ...(n % 3 ? { anonymousId } : {}) });
  if (n % 400 === 399) await new Promise((done) => setTimeout(done, 30));
}
await client.closeAndFlush({ timeout: 120_000 });
process.exit(lost ? 1 : 0);
