/**
 * The table of contents: what a page, or its Worker, takes from here.
 *
 *     const node = new NodeClient();                            where the page came from
 *     const circle = await node.fetchCircle(PINNED);
 *     const listKey = await listToKey(list, { onProgress });
 *     const family = new Family(listKey, circle, node, today);  the key is the client's from now on
 *     const view = await family.visit();
 *     family.forget(); node.close();                            on leaving
 *
 * Views are plain data and errors are known by their code, so all of it may live in a Worker and
 * speak to its page in messages; nothing here touches a document. Nothing is stored anywhere.
 */

export { Donor, slotOfView, type DonorView } from "./donor.ts";
export * from "./errors.ts";
export { Family, type FamilyView } from "./family.ts";
export { formatInvite, parseInvite, type InviteCodes } from "./invites_text.ts";
export { NodeClient, type NodeOptions, type OpenEpoch, type Recorder } from "./node.ts";
export type { Asking, DonorAsking, FamilyAsking } from "./sittings.ts";
export { Status, type Facts, type SlotView } from "./views.ts";
export { MODES, MOST_SIZE, MOST_URGENCY, NEEDS, REGIONS, checkedWish } from "./wishes.ts";
export { workFor, type Progress, type Watch } from "./work.ts";

export { DONOR, FAMILY } from "../crypto/messages/intake.ts";
export { Kind, type Said } from "../crypto/messages/pages.ts";
export type { Wish } from "../crypto/messages/shelf.ts";
