/** A sitting: look how things stand, and show it. */

import type { App } from "../app.ts";
import type { Role, Seen } from "../calls.ts";
import { donorStands } from "./donor.ts";
import { familyStands } from "./family.ts";
import type { DonorView, FamilyView } from "../../src/clients/index.ts";

/** Visit; the first card goes out by itself once all nine lines were typed. */
export function look(app: App): void {
  const act = { name: "visit", arguments: [{ post: app.typed }] };
  const circle = (): Promise<void> => app.learnCircle();
  if (app.role === "family") {
    void app.run("line.visiting", async () => {
      await circle();
      return app.client.call("family", [act]);
    }, (seen) => {
      shown(app, "family", seen);
    });
  } else {
    void app.run("line.visiting", async () => {
      await circle();
      return app.client.call("donor", [act]);
    }, (seen) => {
      shown(app, "donor", seen);
    });
  }
}

/** Do one thing of a family's, and show how things stand afterwards. */
export function familyDoes(app: App, name: string, given: readonly unknown[], sent: readonly string[] = []): void {
  void app.run(
    "line.sending",
    () => app.client.call("family", [{ name, arguments: given }]),
    (seen) => {
      for (const draft of sent) app.drafts.delete(draft);
      shown(app, "family", seen);
    },
  );
}

export function donorDoes(app: App, name: string, given: readonly unknown[], sent: readonly string[] = []): void {
  void app.run(
    "line.sending",
    () => app.client.call("donor", [{ name, arguments: given }]),
    (seen) => {
      for (const draft of sent) app.drafts.delete(draft);
      shown(app, "donor", seen);
    },
  );
}

export function shown(app: App, role: "family", seen: Seen<FamilyView>): void;
export function shown(app: App, role: "donor", seen: Seen<DonorView>): void;
export function shown(app: App, role: Role, seen: Seen<FamilyView> | Seen<DonorView>): void {
  if (role === "family") {
    app.family = seen as Seen<FamilyView>;
    app.go(familyStands);
  } else {
    app.donor = seen as Seen<DonorView>;
    app.go(donorStands);
  }
}
