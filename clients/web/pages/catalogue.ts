/** The circle's stores, as signed: what may be chosen, and what each asks of a person. */

export interface Store {
  readonly name: string;
  readonly regions: readonly number[];
  readonly modes: readonly number[];
  readonly needs: readonly number[];
  readonly foreignCards: boolean;
  readonly foreignCardsAsOf: number;
  readonly asksPhone: boolean;
  readonly asksName: boolean;
}

export interface Catalogue {
  readonly stores: readonly Store[];
  readonly presets: readonly (readonly number[])[];
}

export const REGIONS = ["minsk-city", "brest", "vitebsk", "homel", "hrodna", "minsk", "mahiliou"] as const;
export const MODES = ["voucher", "locker", "delivery"] as const;
export const SIZES = ["small", "medium", "large"] as const;
export const NEEDS = ["food", "child", "care"] as const;
export const VOUCHER = 0;
export const LOCKER = 1;

/** The set of *codes*: bit k is code k, as cards carry it. */
export function bits(codes: Iterable<number>): number {
  let held = 0;
  for (const code of codes) held |= 1 << code;
  return held;
}

/** The names in a set, rising. */
export function members<Name extends string>(names: readonly Name[], held: number): Name[] {
  return names.filter((_, code) => (held >> code) & 1);
}

/** The catalogue; what is not as it should be is left out, so that the rest can still be shown. */
export function readCatalogue(unverified: unknown): Catalogue {
  const { stores, presets } = object(unverified);
  return {
    stores: array(stores).map((item) => {
      const store = object(item);
      return {
        name: typeof store["name"] === "string" ? store["name"] : "",
        regions: numbers(store["regions"]),
        modes: numbers(store["modes"]),
        needs: numbers(store["needs"]),
        foreignCards: store["foreign_cards"] === true,
        foreignCardsAsOf: Number(store["foreign_cards_as_of"]),
        asksPhone: store["asks_phone"] === true,
        asksName: store["asks_name"] === true,
      };
    }),
    presets: array(presets).map(numbers),
  };
}

/** The modes by which every one of *needs* can travel to one of *regions* at all. */
export function modesFor(
  catalogue: Catalogue,
  regions: readonly number[],
  preset: number,
  needs: readonly number[],
): readonly number[] {
  const stocked = (catalogue.presets[preset] ?? [])
    .map((number) => catalogue.stores[number])
    .filter((store) => store !== undefined)
    .filter((store) => needs.every((need) => store.needs.includes(need)))
    .filter((store) => regions.some((region) => store.regions.includes(region)));
  return MODES.map((_, mode) => mode).filter((mode) =>
    stocked.some((store) => store.modes.includes(mode)),
  );
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numbers(value: unknown): readonly number[] {
  return array(value).filter((item) => typeof item === "number");
}
