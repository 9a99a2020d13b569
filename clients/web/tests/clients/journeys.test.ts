/**
 * From intake to receipt through a real node, matcher and clerks, with the other language on the
 * other side, in every mode; and once more with the page closed between any two requests.
 */

import assert from "node:assert/strict";
import test, { after, before } from "node:test";

import { fromHex, randomBytes, toHex } from "../../src/crypto/bytes.ts";
import type { Circle } from "../../src/crypto/circle.ts";
import type { Wish } from "../../src/crypto/messages/shelf.ts";
import { CircleSubstituted, Family, NodeClient, Status } from "../../src/clients/index.ts";
import {
  SECOND_CODE,
  THANKS,
  WHERE,
  donorSits,
  familySits,
  interrupted,
  newParcel,
  pythonDonor,
  pythonFamily,
  undisturbed,
  webDonor,
  webFamily,
  type Parcel,
} from "./people.ts";
import { TrialProcess, type Ready } from "./trial.ts";

const DAY_MS = 86_400_000;
const MOST_EPOCHS = 16;
/** Node's own fetch parses in WebAssembly, which is not there without a JIT. */
const skip = process.execArgv.includes("--jitless");
const MODES = ["voucher", "locker", "delivery"] as const;

let trial: TrialProcess;
let ready: Ready;
let circle: Circle;

before(async () => {
  if (skip) return;
  // The node goes by the machine's day.
  [trial, ready] = await TrialProcess.start(Math.floor(Date.now() / DAY_MS));
  circle = await new NodeClient(ready.url).fetchCircle(fromHex(ready.circle));
});

after(async () => {
  if (!skip) await trial.stop();
});

/** Each parcel has a region of its own, so that nobody else's can be meant. */
function wishOf(region: number, mode: number): Wish {
  return { regions: 1 << region, modes: 1 << mode, preset: 1, size: 1, needs: 1, urgency: 0 };
}

const kills = { count: 0 };

/** Every region with its parcel: both languages in both roles, each mode, and one interrupted. */
function parcels(): readonly (readonly [Parcel, Wish])[] {
  const calmly = undisturbed(ready);
  const cut = interrupted(ready, kills);
  const list = (): Uint8Array => randomBytes(32);
  const all = MODES.flatMap((name, mode) => [
    {
      parcel: newParcel(
        `${name}, web family, Python donor`,
        webFamily(circle, ready, list(), calmly),
        pythonDonor(trial, list()),
      ),
      wish: wishOf(mode, mode),
    },
    {
      parcel: newParcel(
        `${name}, Python family, web donor`,
        pythonFamily(trial, list()),
        webDonor(circle, ready, list(), calmly),
      ),
      wish: wishOf(3 + mode, mode),
    },
  ]);
  const cutOff = newParcel(
    "delivery, closed between any two requests",
    webFamily(circle, ready, list(), cut),
    webDonor(circle, ready, list(), cut),
  );
  return [...all, { parcel: cutOff, wish: wishOf(6, 2) }].map(
    ({ parcel, wish }) => [parcel, wish] as const,
  );
}

test("every parcel arrives, in every mode, whichever side speaks which language", { skip }, async () => {
  const travelling = parcels();
  const ask = async ([parcel, wish]: readonly [Parcel, Wish], at: number): Promise<void> => {
    const invite = at < 2 ? await trial.invite() : null;
    const asked = await parcel.family.ask(wish, invite === null ? "дапамажыце" : "", invite);
    assert.equal(asked.status, Status.ASKED, parcel.name);
    const offered = await parcel.donor.offer(wish, "I would like to help");
    assert.equal(offered.status, Status.ASKED, parcel.name);
  };
  await Promise.all(travelling.map(ask));
  await trial.epoch();
  await trial.ask("Адкуль вы?");

  for (let epoch = 0; epoch < MOST_EPOCHS; epoch++) {
    const left = travelling.filter(([parcel]) => !parcel.familyIsOver || !parcel.earned);
    if (left.length === 0) break;
    await Promise.all(
      left.map(async ([parcel, wish]) => {
        await familySits(parcel);
        await donorSits(parcel, wish.modes === 1);
      }),
    );
    if (epoch === 0) assert.ok((await trial.certify()).includes("з Лунінца"));
    await trial.epoch();
  }

  for (const [parcel, wish] of travelling) {
    const isVoucher = wish.modes === 1;
    assert.ok(parcel.familyIsOver, `${parcel.name}: ${[...parcel.statuses].join(", ")}`);
    assert.equal(parcel.code, isVoucher ? SECOND_CODE : "", parcel.name);
    assert.equal(parcel.terms, isVoucher ? "" : WHERE, parcel.name);
    assert.equal(parcel.thanks, THANKS, parcel.name);
    assert.ok(parcel.again, parcel.name);
    assert.ok(parcel.earned, `${parcel.name}: a confirmed parcel is worth one more slot`);
  }
  assert.ok(kills.count > 50, "closed after each request of each call");
});

test("an unknown list sends what a known one with nothing new sends", { skip }, async () => {
  const shapes = async (key: Uint8Array, status: Status): Promise<readonly string[]> => {
    const seen: string[] = [];
    const node = new NodeClient(ready.url, {
      recorder: (method, path, body, answered) => {
        const size = path === "/epoch" ? "" : String(answered);
        seen.push(`${method} ${path} ${String(body.length)} ${size}`);
      },
    });
    const view = await new Family(key.slice(), circle, node, ready.today).visit();
    assert.equal(view.status, status);
    return seen;
  };
  const known = randomBytes(32);
  await webFamily(circle, ready, known, undisturbed(ready)).ask(wishOf(0, 0), "прывітанне", null);

  const asked = await shapes(known, Status.ASKED);
  const unknown = await shapes(randomBytes(32), Status.NOTHING);

  assert.deepEqual(unknown, asked);
  assert.deepEqual(unknown, [
    "GET /epoch 0 ",
    "POST /visit/look 384 49152",
    "POST /visit/meet 224 16400",
    "POST /visit/leave 33280 8",
  ]);
});

test("no secret stands in an address, and nothing is sent anywhere else", { skip }, async () => {
  const urls: string[] = [];
  const listening: typeof fetch = (url, init) => {
    urls.push(url as string);
    assert.equal(init?.credentials, "omit");
    assert.equal(init.referrerPolicy, "no-referrer");
    assert.equal(init.cache, "no-store");
    return fetch(url, init);
  };
  const key = randomBytes(32);
  const node = new NodeClient(ready.url, { fetch: listening });
  await new Family(key.slice(), circle, node, ready.today).visit();
  for (const url of urls) {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/(?:epoch|visit\/(?:look|meet|leave))$/);
    assert.ok(!url.includes(toHex(key).slice(0, 8)));
  }
});

test("another circle than the pinned one is refused", { skip }, async () => {
  const node = new NodeClient(ready.url);
  await assert.rejects(node.fetchCircle(randomBytes(32)), CircleSubstituted);
});
