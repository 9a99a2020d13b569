import assert from "node:assert/strict";
import test from "node:test";

import { addressOf, movedTo } from "../../pages/addresses.ts";

const ONION = `${"a".repeat(55)}d.onion`;

test("an onion address needs no scheme, and nothing after it is kept", () => {
  for (const typed of [ONION, ` ${ONION.toUpperCase()}\n`, `http://${ONION}/`, `HTTP://${ONION}/index.html?a=b#c`]) {
    assert.equal(addressOf(typed), `http://${ONION}`, typed);
  }
});

test("https goes anywhere, plain http to onions and to this machine", () => {
  assert.equal(addressOf("https://node.example.org"), "https://node.example.org");
  assert.equal(addressOf("127.0.0.1:8000"), "http://127.0.0.1:8000");
  assert.equal(addressOf("http://localhost:8000"), "http://localhost:8000");
  assert.equal(addressOf("[::1]:8000"), "http://[::1]:8000");
});

test("a node has moved if its circle no longer names the onion address one came by", () => {
  const [here, elsewhere] = [`http://${ONION}`, `http://${"b".repeat(55)}d.onion`];
  assert.deepEqual(movedTo(here, [elsewhere]), [elsewhere]);
  assert.deepEqual(movedTo(here, [elsewhere, `${here}/`]), []);
  assert.deepEqual(movedTo(here, []), []);
  assert.deepEqual(movedTo("http://127.0.0.1:8750", [elsewhere]), []);
  assert.deepEqual(movedTo("https://onion.example.org", [elsewhere]), []);
  assert.deepEqual(movedTo("", [elsewhere]), []);
});

test("whatever else is typed is no address", () => {
  const wrong = [
    ...["", " ", "node.example.org", "http://node.example.org", "http://10.0.0.1", "short.onion"],
    ...[`x${ONION}`, `sub.${ONION}`, `${ONION}.example.org`, `http://${ONION}@example.org`, `https://u:p@example.org`],
    ...["ftp://example.org", "javascript:alert(1)", "data:text/html,a", "file:///etc/passwd", "https://"],
    ...["a".repeat(10_000), `https://${"a".repeat(300)}`, "<b>x</b>", "\u202e.onion", "🥕", "127.0.0.1.example.org"],
  ];
  for (const typed of wrong) assert.equal(addressOf(typed), null, typed);
});
