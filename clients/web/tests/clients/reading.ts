/** What a test may look up that nobody in the world could: with all lists and the node's drops. */

import { toHex } from "../../src/crypto/bytes.ts";
import { addressOf, readerOf, type WriteSecret } from "../../src/crypto/drops.ts";
import { Person, outboxKey, type Pseudonym } from "../../src/crypto/keys.ts";
import { bound } from "../../src/crypto/labels.ts";
import { DONOR } from "../../src/crypto/messages/intake.ts";
import type { Match } from "../../src/crypto/messages/notices.ts";
import { Outbox } from "../../src/crypto/messages/outboxes.ts";
import { Shelf } from "../../src/crypto/messages/shelf.ts";
import { openRecord } from "../../src/crypto/records.ts";
import { encounterOf } from "../../src/clients/meetings.ts";
import { Place } from "../../src/clients/person.ts";
import * as seals from "../../src/clients/seals.ts";
import { PERIOD } from "./circles.ts";
import type { Live } from "./fakes.ts";
import { DONOR_LIST, FAMILY_LIST, WISH, type World } from "./world.ts";

export function personOf(world: World, listKey: Uint8Array, period = PERIOD): Person {
  return Person.fromListKey(listKey, { circle: world.trial.circle.digest, period });
}

export function pseudonymOf(world: World, listKey = FAMILY_LIST, index = 0): Pseudonym {
  return personOf(world, listKey).pseudonym(index);
}

/** What somebody's outbox says now. */
export function outboxOf(world: World, listKey = FAMILY_LIST): Outbox {
  const { outboxWrite, noticeSecret } = pseudonymOf(world, listKey);
  return openRecord(Outbox, world.node.read(readerOf(outboxWrite)), {
    key: outboxKey(noticeSecret),
    aad: bound("outbox", world.trial.circle.digest),
  });
}

/** What somebody's shelf says now, of this quarter or another. */
export function shelfOf(world: World, listKey: Uint8Array, period = PERIOD): Shelf {
  const person = personOf(world, listKey, period);
  return openRecord(Shelf, world.node.read(readerOf(person.shelfWrite)), seals.shelf(person));
}

/** B of the pages of somebody's first card. */
export function pageBlanksOf(world: World, listKey: Uint8Array): readonly Uint8Array[] {
  return new Place(personOf(world, listKey), 0).pageBlanks;
}

/** What the donor finds on the family's page 1 now. */
export function blanksOfTheFamily(world: World): readonly Uint8Array[] {
  const { match } = cardOf(world, 1);
  const place = new Place(personOf(world, DONOR_LIST), 0);
  const encounter = match && encounterOf(world.trial.circle, place, DONOR, WISH, match);
  const [page] = pseudonymOf(world, FAMILY_LIST).pagesWrite;
  if (encounter === null || page === undefined) throw new Error("not matched");
  const found = encounter.openPageOne(world.node.read(readerOf(page)));
  if (found === null) throw new Error("no page 1 of this match");
  return found.blanks;
}

/** The name under which the node keeps the drop of *write*. */
export function nameOf(write: WriteSecret): string {
  return toHex(addressOf(write));
}

/** The first card of a class (0 request, 1 offer). */
export function cardOf(world: World, cardClass: 0 | 1): Live {
  const [live] = world.matchmaker.of(cardClass);
  if (live === undefined) throw new Error("no such card");
  return live;
}

/** The next notice to the family says something else of the match. */
export function lie(world: World, changes: Partial<Match>): void {
  world.matchmaker.round(() => {
    const request = cardOf(world, 0);
    if (request.match === null) throw new Error("not matched");
    request.match = { ...request.match, ...changes };
  });
}
