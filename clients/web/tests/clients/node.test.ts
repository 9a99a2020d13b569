/** What a client takes from a node, and what it does not. */

import assert from "node:assert/strict";
import test from "node:test";

import {
  Cancelled,
  CircleSubstituted,
  NodeMisbehaves,
  NodeRefused,
  NodeUnreachable,
} from "../../src/clients/errors.ts";
import { ATTEMPTS, NodeClient, PAUSE_SECONDS } from "../../src/clients/node.ts";
import { OCTETS, problem, response } from "./responses.ts";
import { World, type Fetch } from "./world.ts";

const SECRET_WORDS = new Uint8Array(384).fill(0x53);

function clientOf(answer: () => Response | Promise<Response>, pauses: number[] = []): NodeClient {
  return new NodeClient("http://node", {
    fetch: () => Promise.resolve().then(answer),
    pause: (seconds) => {
      pauses.push(seconds);
      return Promise.resolve();
    },
  });
}

const octets = (length: number, mediaType = OCTETS): Response =>
  response(new Uint8Array(length), mediaType);

test("a refusal is known by code and status", async () => {
  const client = clientOf(() => problem("stamp_spent", 409));
  await assert.rejects(client.look(SECRET_WORDS), (error) => {
    assert.ok(error instanceof NodeRefused);
    assert.deepEqual([error.code, error.status], ["stamp_spent", 409]);
    return true;
  });
});

test("garbage is no answer", async () => {
  const html = "text/html";
  for (const answer of [
    () => octets(49_151),
    () => octets(49_153),
    () => octets(49_152, html),
    () => response("", null),
    () => response("", null, { status: 302 }),
    () => response("<html>", html, { status: 500 }),
    () => response("[]", "application/problem+json", { status: 403 }),
    () => response(new Uint8Array(49_152), OCTETS, { encoding: "br" }),
    () => problem("a code <script>", 403),
    () => problem("x".repeat(5_000), 403),
  ]) {
    await assert.rejects(clientOf(answer).look(SECRET_WORDS), NodeMisbehaves, String(answer));
  }
});

test("an answer without end is not read to the end", async () => {
  let sent = 0;
  const endless = (): Response =>
    response(() => {
      assert.ok(++sent < 20);
      return new Uint8Array(16_384);
    }, OCTETS);
  await assert.rejects(clientOf(endless).look(SECRET_WORDS), NodeMisbehaves);
});

test("trouble on the way is tried again, and then told without its cause", async () => {
  const pauses: number[] = [];
  let calls = 0;
  const unreachable = (): never => {
    calls += 1;
    throw new TypeError("http://node says SSSS");
  };
  await assert.rejects(clientOf(unreachable, pauses).look(SECRET_WORDS), (error) => {
    assert.ok(error instanceof NodeUnreachable);
    assert.ok(!error.message.includes("SS"));
    assert.equal(error.cause, undefined);
    return true;
  });
  assert.equal(calls, ATTEMPTS);
  assert.equal(pauses.length, ATTEMPTS - 1);
  for (const [before, seconds] of pauses.entries()) {
    const jitter = seconds / (PAUSE_SECONDS * 2 ** (before + 1));
    assert.ok(jitter >= 0.5 && jitter < 1.5, String(pauses));
  }
});

test("a busy node is asked again with the same bytes", async () => {
  const bodies: unknown[] = [];
  const fetch: Fetch = (_, init) => {
    bodies.push(init?.body);
    return Promise.resolve(bodies.length === 1 ? problem("busy", 503) : octets(49_152));
  };
  const client = new NodeClient("http://node", { fetch, pause: () => Promise.resolve() });
  await client.look(SECRET_WORDS);
  assert.deepEqual(bodies, [SECRET_WORDS, SECRET_WORDS]);
});

test("a full intake is not insisted on", async () => {
  let calls = 0;
  const full = (): Response => {
    calls += 1;
    return problem("intake_full", 503);
  };
  await assert.rejects(clientOf(full).intake(new Uint8Array(29_163)), NodeRefused);
  assert.equal(calls, 1);
});

test("a body of another size never leaves", async () => {
  const client = clientOf(() => assert.fail("sent"));
  await assert.rejects(client.look(new Uint8Array(5)), /takes 384 bytes/);
});

test("what is closed breaks off, and sends nothing more", async () => {
  let calls = 0;
  const fetch: Fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      calls += 1;
      init?.signal?.addEventListener("abort", () => {
        reject(new TypeError("aborted"));
      });
    });
  const client = new NodeClient("http://node", { fetch });
  const looking = client.look(SECRET_WORDS);
  client.close();
  await assert.rejects(looking, Cancelled);
  await assert.rejects(client.look(SECRET_WORDS), Cancelled);
  assert.equal(calls, 1);
});

test("a pause between two tries ends when the client is closed", async () => {
  const client = new NodeClient("http://node", {
    fetch: () => Promise.reject(new TypeError("nobody there")),
  });
  const looking = client.look(SECRET_WORDS);
  setTimeout(() => {
    client.close();
  }, 5);
  await assert.rejects(looking, Cancelled);
});

test("an address may end in a slash, and an empty one means where the page came from", async () => {
  const urls: unknown[] = [];
  const fetch: Fetch = (url) => {
    urls.push(url);
    return Promise.resolve(octets(49_152));
  };
  await new NodeClient("http://node//", { fetch }).look(SECRET_WORDS);
  await new NodeClient("", { fetch }).look(SECRET_WORDS);
  assert.deepEqual(urls, ["http://node/visit/look", "/visit/look"]);
});

test("an epoch that no matcher signed is refused", async () => {
  const world = new World();
  world.node.matcherSeed = new Uint8Array(32).fill(9);
  await assert.rejects(world.client().epoch(world.trial.circle), CircleSubstituted);
});

test("an epoch cannot be committed before it is closed", async () => {
  const world = new World();
  assert.equal((await world.client().epoch(world.trial.circle)).committed, 0);
  for (const committed of [-1, 1, 2 ** 32, true, null, "0"]) {
    world.node.memory.committed = committed as number;
    await assert.rejects(
      world.client().epoch(world.trial.circle),
      NodeMisbehaves,
      String(committed),
    );
  }
});

test("what is no JSON is refused", async () => {
  const { circle } = new World().trial;
  for (const document of ["", "[]", "{", '{"a":1,"a":2}', "x".repeat(600_000)]) {
    const client = clientOf(() => response(document, "application/json"));
    await assert.rejects(client.epoch(circle), NodeMisbehaves);
    await assert.rejects(client.fetchCircle(circle.digest), NodeMisbehaves);
  }
});
