/**
 * What people call a slot: short, and the same in every visit.
 *
 *     1, 2, 3 …    slots of an intake, and those that they earned
 *     B1, C1 …     the first and the second that were exchanged into the quarter; B1 earns B4
 *     4-1          with the quarter of the year before it, where slots of two quarters are both 1
 *
 * A place in the list would move when another slot leaves, and what is typed would reach another
 * card.
 */

import type { SlotView } from "./views.ts";

/** Sixteen askings share out 65,536 pseudonyms; one after another a slot earns 1,364 more. */
export const ASKING_STRIDE = 4_096;

/** One for each asking of a quarter; the first, A, is left unsaid. */
export const ASKINGS = "ABCDEFGHIJKLMNOP";

/** The name of a slot within its quarter. */
export function slotName(index: number): string {
  const asking = Math.floor(index / ASKING_STRIDE);
  return `${asking > 0 ? ASKINGS.charAt(asking) : ""}${String((index % ASKING_STRIDE) + 1)}`;
}

/** The names of *slots*, all different. */
export function slotNames(slots: readonly SlotView[]): readonly string[] {
  return slots.map(({ period, index }) => {
    const isTwice = slots.filter((slot) => slot.index === index).length > 1;
    return `${isTwice ? `${String(quarterOf(period))}-` : ""}${slotName(index)}`;
  });
}

/** The quarter of the year, 1 to 4, that *period* is. */
export function quarterOf(period: number): number {
  return (period % 4) + 1;
}
