/** A sitting: do one thing, or only look, and show how things stand afterwards. */

import type { App, Screen } from "../app.ts";
import type { Seen } from "../calls.ts";
import type { Key } from "../strings.ts";
import { donorStands } from "./donor.ts";
import { familyStands } from "./family.ts";
import type { DonorView, FamilyView } from "../../src/clients/index.ts";

export interface Doing {
  /** What is said meanwhile. */
  readonly doing?: Key;
  /** The drafts that are gone once they are sent. */
  readonly sent?: readonly string[];
  /** What is said afterwards, if where things stand does not say it. */
  readonly assure?: Key;
}

/** Visit; the first cards go out by themselves once all nine lines were typed. */
export function look(app: App): void {
  does(app, "visit", [{ post: app.typed && !app.asked }], { doing: "line.visiting" });
}

/** Visit, and let the first cards go out although it was in this sitting that one asked. */
export function lookAndPost(app: App): void {
  app.asked = false;
  look(app);
}

/** One method of a family's or a donor's. */
export function does(
  app: App,
  name: string,
  given: readonly unknown[],
  { doing = "line.sending", sent = [], assure }: Doing = {},
): void {
  void app.run(
    doing,
    async () => {
      await app.learnCircle();
      return app.client.call(app.role, [{ name, arguments: given }]);
    },
    (seen) => {
      for (const draft of sent) app.drafts.delete(draft);
      shown(app, seen);
      if (assure !== undefined) app.assure(() => app.say(assure));
    },
  );
}

/** The screen of where things stand, as it was last heard. */
export const stands: Screen = (app) => (app.role === "family" ? familyStands : donorStands)(app);

/** Where things stand, as the client of this role has just said. */
export function shown(app: App, seen: Seen<FamilyView> | Seen<DonorView>): void {
  if (app.role === "family") app.family = seen as Seen<FamilyView>;
  else app.donor = seen as Seen<DonorView>;
  app.go(stands);
}
