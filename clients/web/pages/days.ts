/** Dates as days: when a person should come back, no finer than that. */

import type { Language } from "../src/crypto/goods.ts";
import { say } from "./strings.ts";

const MORNING_HOUR = 6;
const EVENING_HOUR = 18;
const SOON_MINUTES = 30;
const DAY_MINUTES = 24 * 60;

/** Whether this device's date can hardly be the node's: the open epoch closes long ago, or far off. */
export function isClockOff(open: { readonly closes: number }, epochSeconds: number, now: Date): boolean {
  const ahead = open.closes - now.getTime() / 60_000;
  return ahead > epochSeconds / 60 + DAY_MINUTES / 2 || ahead < -3 * DAY_MINUTES;
}

/** "on Monday, 23 November", as it is said after a verb of coming; or without the weekday. */
export function day(language: Language, on: Date, weekday = true): string {
  const date = {
    weekday: part(say(language, "days.weekdays"), (on.getDay() + 6) % 7),
    day: on.getDate(),
    month: part(say(language, "days.months"), on.getMonth()),
  };
  return weekday ? say(language, "line.day", date) : `${String(date.day)} ${date.month}`;
}

/** When *epoch* is likely to have begun. The open one is *openEpoch*, and closes at a minute. */
export function comeBack(
  language: Language,
  epoch: number,
  open: { readonly epoch: number; readonly closes: number },
  epochSeconds: number,
  now: Date,
): string {
  const minutes = open.closes + ((epoch - 1 - open.epoch) * epochSeconds) / 60;
  const begins = new Date(minutes * 60_000);
  const ahead = (begins.getTime() - now.getTime()) / 60_000;
  if (epochSeconds / 60 < DAY_MINUTES && ahead < SOON_MINUTES) {
    return told(language, say(language, "line.when_soon"));
  }
  if (ahead <= 0) begins.setTime(now.getTime() + DAY_MINUTES * 60_000);
  const isLate = begins.getHours() >= EVENING_HOUR;
  if (isLate) begins.setDate(begins.getDate() + 1);
  const name = isLate || begins.getHours() < MORNING_HOUR ? "line.when_day" : "line.when_evening";
  const when = say(language, name, { day: day(language, begins) });
  return told(language, when);
}

/** Belarusian says ў for у after a vowel. */
function told(language: Language, when: string): string {
  const sentence = say(language, "line.come_back", { when });
  return language === "be" ? sentence.replace(/([аеёіоуыэюя]) у /gi, "$1 ў ") : sentence;
}

function part(row: string, at: number): string {
  return row.split("|")[at] ?? "";
}
