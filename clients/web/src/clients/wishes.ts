/**
 * What may be asked for and offered, checked where it is typed.
 *
 * The matcher carries a card with anything else as void: its stamp would be spent on nothing.
 */

import { FAMILY } from "../crypto/messages/intake.ts";
import type { Wish } from "../crypto/messages/shelf.ts";
import { WishRefused } from "./errors.ts";

// How many there are of each in the matcher's catalogue.
export const REGIONS = 7;
export const MODES = 3;
export const NEEDS = 3;
export const MOST_SIZE = 2;
export const MOST_URGENCY = 1;

const MOST_PRESET = 0xff;

/**
 * *wish*, if a card can be made of it: a family names one region, a donor at least one.
 *
 * Raises WishRefused.
 */
export function checkedWish(wish: Wish, role: number): Wish {
  const fits = (value: number, most: number, least = 0): boolean =>
    Number.isInteger(value) && least <= value && value <= most;
  const isWhole =
    fits(wish.regions, 2 ** REGIONS - 1, 1) &&
    fits(wish.modes, 2 ** MODES - 1, 1) &&
    fits(wish.needs, 2 ** NEEDS - 1, 1) &&
    fits(wish.size, MOST_SIZE) &&
    fits(wish.urgency, MOST_URGENCY) &&
    fits(wish.preset, MOST_PRESET);
  if (!isWhole) throw new WishRefused();
  const isOneRegion = (wish.regions & (wish.regions - 1)) === 0;
  if (role === FAMILY && !isOneRegion) throw new WishRefused();
  return wish;
}
