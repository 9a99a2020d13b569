/**
 * Periods are quarters of a year (protocol.md, section 1).
 *
 *     period = year·4 + (month−1) div 3      a day is whole days since 1970-01-01 (UTC)
 */

import { WrongShape } from "./errors.ts";

const DAY_MS = 86_400_000;
const FIRST_PERIOD = 1970 * 4;
// The last quarter whose following day still is a date in Python.
const LAST_PERIOD = 9998 * 4 + 3;

/** The period that *day* lies in. Raises WrongShape for a day before 1970 or after 9998. */
export function periodOf(day: number): number {
  if (!Number.isInteger(day) || day < 0 || day > daysOf(LAST_PERIOD)[1]) {
    throw new WrongShape("no such day");
  }
  const on = new Date(day * DAY_MS);
  return on.getUTCFullYear() * 4 + Math.floor(on.getUTCMonth() / 3);
}

/** The first and the last day of *period*. Raises WrongShape for one outside 1970 to 9998. */
export function daysOf(period: number): readonly [number, number] {
  if (!Number.isInteger(period) || period < FIRST_PERIOD || period > LAST_PERIOD) {
    throw new WrongShape("no such period");
  }
  return [firstDay(period), firstDay(period + 1) - 1];
}

function firstDay(period: number): number {
  return Date.UTC(Math.floor(period / 4), (period % 4) * 3, 1) / DAY_MS;
}
