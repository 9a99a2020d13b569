/** Off the page: the list, its key, the node. What the page may ask for is `Calls`. */

import { fromHex, sameBytes } from "../src/crypto/bytes.ts";
import { readCircle, type Circle } from "../src/crypto/circle.ts";
import {
  canonicalBytes,
  dishOf,
  drawList,
  formatLine,
  GOODS,
  groceryList,
  Line,
  listToKey,
  parseLine,
  suggest,
  type GroceryList,
} from "../src/crypto/lists.ts";
import {
  ClientError,
  Donor,
  Family,
  NodeClient,
  parseInvite,
  type OpenEpoch,
} from "../src/clients/index.ts";
import { movedTo } from "./addresses.ts";
import type { Act, Call, Calls, Dish, Intake, Progress, Reply, Seen, TypedLine } from "./calls.ts";

/** The digest of the circle this bundle is for, 64 digits; empty in one for trial circles. */
declare const __CIRCLE__: string;
/** The node a one-file page was built for; empty in the page that a node serves. */
declare const __NODE__: string;

const DAY_SECONDS = 86_400;
const SUGGESTIONS = 6;

/**
 * Remembers the epoch it was told of, so that saying when to come back asks nothing more, and how
 * often somebody asked or a card went out.
 */
class Node extends NodeClient {
  open: OpenEpoch | null = null;
  handedIn = 0;

  override async intake(body: Uint8Array): Promise<void> {
    this.handedIn++;
    return super.intake(body);
  }

  override async card(body: Uint8Array): Promise<void> {
    this.handedIn++;
    return super.card(body);
  }

  override async epoch(circle: Circle): Promise<OpenEpoch> {
    return (this.open = await super.epoch(circle));
  }
}

/** The page was built for no circle, and the node's is not a trial. */
class Unpinned extends ClientError {
  override readonly code = "unpinned";
}

// By its name a Worker is told of a node that somebody typed; see `client.ts`.
const TOLD = __NODE__ || self.name;
const ADDRESS = TOLD || location.origin;
const node = new Node(TOLD);
let circle: Promise<Circle> | null = null;
let list: GroceryList | null = null;
let key: Uint8Array | null = null;
let person: Family | Donor | null = null;

function theCircle(): Promise<Circle> {
  circle ??= fetched().catch((error: unknown) => {
    circle = null; // asked again next time
    throw error;
  });
  return circle;
}

async function fetched(): Promise<Circle> {
  if (__CIRCLE__ !== "") return node.fetchCircle(fromHex(__CIRCLE__));
  // Without a pin, whoever serves the page would choose the circle: only a trial may.
  const unpinned = readCircle(await node.circle());
  if (!unpinned.trial) throw new Unpinned();
  return unpinned;
}

/** The person of *kind*; the same for as long as the list is. */
async function asPerson<P extends Family | Donor>(
  kind: new (...given: ConstructorParameters<typeof Family>) => P,
): Promise<P> {
  if (person instanceof kind) return person;
  if (key === null) throw new Error("no list yet");
  const today = Math.floor(Date.now() / 1_000 / DAY_SECONDS);
  const made = new kind(key.slice(), await theCircle(), node, today);
  person = made;
  return made;
}

function seen<View>(view: View, onlyLooked = false): Seen<View> {
  const { epoch = 0, closes = 0 } = node.open?.descriptor ?? {};
  return { view, onlyLooked, epoch, closes };
}

async function opened(lines: GroceryList, tell: (progress: Progress) => void): Promise<Dish> {
  const made = await listToKey(lines, {
    onProgress: (done) => {
      tell({ done });
    },
  });
  person?.forget();
  key?.fill(0);
  [list, key, person] = [lines, made, null];
  return dishOf(made);
}

function listOf(lines: readonly TypedLine[]): GroceryList {
  return groceryList(lines.map(({ good, quantity }) => new Line(good, quantity)));
}

const namesOf = (good: number) => {
  const found = GOODS[good];
  if (found === undefined) throw new Error("no such good");
  return found.names;
};

async function acted<View>(on: object, { name, arguments: given }: Act): Promise<Seen<View>> {
  const method = (on as Record<string, (...all: readonly unknown[]) => Promise<View>>)[name];
  if (method === undefined) throw new Error("no such act");
  const before = node.handedIn;
  const view = await method.apply(on, [...given]);
  return seen(view, name === "visit" && node.handedIn === before);
}

function asking(intake: Intake, tell: (progress: Progress) => void) {
  return {
    words: intake.words,
    blinded: (done: number) => {
      tell({ done });
    },
    progress: (tries: number, expected: number) => {
      tell({ tries, expected });
    },
  };
}

function calls(tell: (progress: Progress) => void): Calls {
  return {
    async circle() {
      const { trial, policy, catalogue, nodes } = await theCircle();
      const { epochSeconds, answerEpochs } = policy;
      const moved = movedTo(ADDRESS, nodes.map(({ address }) => address));
      return { trial, epochSeconds, answerEpochs, catalogue, movedTo: moved };
    },
    suggest: (typed) => {
      const found = suggest(typed, SUGGESTIONS);
      return Promise.resolve(found.map(({ number, names }) => ({ good: number, names })));
    },
    read: (typed) => {
      const { good, quantity } = parseLine(typed);
      return Promise.resolve({ good, quantity, names: namesOf(good) });
    },
    async draw() {
      const drawn = drawList();
      const dish = await opened(drawn, tell);
      const lines = drawn.lines.map((line) => ({
        be: formatLine(line, "be"),
        ru: formatLine(line, "ru"),
        en: formatLine(line, "en"),
      }));
      return { lines, dish };
    },
    async open(lines) {
      return opened(listOf(lines), tell);
    },
    same: (lines) => {
      const typed = canonicalBytes(listOf(lines));
      const isSame = list !== null && sameBytes(canonicalBytes(list), typed);
      return Promise.resolve(isSame);
    },
    async ask(intake) {
      const invite = intake.invite === "" ? null : parseInvite(intake.invite);
      const family = await asPerson(Family);
      const { wish, language } = intake;
      return seen(await family.ask(wish, language, { ...asking(intake, tell), invite }));
    },
    async offer(intake) {
      const donor = await asPerson(Donor);
      const { wish, language, atOnce } = intake;
      return seen(await donor.offer(wish, language, { ...asking(intake, tell), atOnce }));
    },
    async family(act) {
      return acted(await asPerson(Family), act);
    },
    async donor(act) {
      return acted(await asPerson(Donor), act);
    },
  };
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : "defect";
}

type Method = (...given: readonly unknown[]) => Promise<unknown>;

addEventListener("message", ({ data }: MessageEvent<Call>) => {
  const reply = (message: Reply): void => {
    (postMessage as (message: Reply) => void)(message);
  };
  const { id, name, arguments: given } = data;
  const tell = (progress: Progress): void => {
    reply({ id, progress });
  };
  const all = calls(tell) as unknown as Readonly<Record<string, Method>>;
  // Nothing of an error crosses but its code: no message repeats what was typed.
  Promise.resolve()
    .then(() => all[name]?.(...given))
    .then(
      (value) => {
        reply({ id, value });
      },
      (error: unknown) => {
        reply({ id, code: codeOf(error) });
      },
    );
});
