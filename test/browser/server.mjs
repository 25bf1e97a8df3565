// A server of the real binary over a data folder of its own.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** A port that was free a moment ago. */
async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/**
 * Starts `guanxi serve` (or another command that serves) and waits until it is ready.
 * links are the one-time links it printed; stop ends it and deletes its folder. over is a folder that holds an instance
 * already, which prints no link. byName reaches the server as localhost: browsers make passkeys for names only.
 */
export async function startServer({ command = "serve", flags = [], over, byName } = {}) {
  const folder = over ?? (await mkdtemp(join(tmpdir(), "guanxi-browser-")));
  const address = `127.0.0.1:${await freePort()}`;
  const url = byName ? `http://localhost:${address.split(":")[1]}` : `http://${address}`;
  const child = spawn(resolve(root, process.env.GUANXI_BINARY ?? "bin/guanxi"), [command, "--data", folder, "--addr", address, ...(byName ? ["--public-url", url] : []), ...flags], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((done) => child.on("exit", done));
  const server = {
    url,
    folder,
    links: () => said.match(/http:\/\/\S+token=\S+/g) ?? [],
    said: () => said,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (child.exitCode !== null) break;
    const ready = await fetch(`${server.url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready && (over || server.links().length > 0)) return server;
    await new Promise((done) => setTimeout(done, 100));
  }
  await server.stop();
  throw new Error(`the server did not get ready:\n${said}`);
}

/** Sets the clock of a server that was started with --test-clock; it runs on from there. */
export async function moveClock(server, now) {
  const answer = await fetch(`${server.url}/test/clock`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ now }) });
  if (!answer.ok) throw new Error(`the clock did not move: ${await answer.text()}`);
}
