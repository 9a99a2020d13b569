/**
 * Which node to speak to: asked only where the page is one file and was built for none.
 *
 * Its words stand here and not in `strings.ts`, so that the served page need not carry them.
 */

import type { App, Screen } from "../app.ts";
import { addressOf } from "../addresses.ts";
import { h } from "../dom.ts";
import { draft, drop, field, form, heading, sees, submit } from "../parts.ts";
import type { Three } from "../phrases.generated.ts";
import { LANGUAGE_NAMES } from "../strings.ts";

declare const __NODE__: string;
declare const __ONE_FILE__: boolean;

/** Whether this page has to ask. */
export const isPlaceless = __ONE_FILE__ && __NODE__ === "";

const WORDS = {
  address: ["Адрас вузла", "Адрес узла", "The node’s address"],
  address_is: [
    "Упішыце адрас, які вам далі разам з гэтым файлам. Файл яго не захоўвае.",
    "Впишите адрес, который вам дали вместе с этим файлом. Файл его не хранит.",
    "Type the address that you were given with this file. The file does not keep it.",
  ],
  address_wrong: [
    "Гэта не адрас вузла. Ён заканчваецца на .onion або пачынаецца з https://.",
    "Это не адрес узла. Он оканчивается на .onion или начинается с https://.",
    "This is not the address of a node. It ends in .onion or begins with https://.",
  ],
} as const satisfies Record<string, Three>;

/** The address, and then *next*. */
export function place(next: (app: App) => void): Screen {
  return (app) => [
    heading(word(app, "address")),
    h("p", { class: "lead" }, word(app, "address_is")),
    form(
      () => {
        const address = addressOf(draft(app, "address"));
        if (address === null) {
          app.complain(() => word(app, "address_wrong"));
          return;
        }
        drop(app, "address");
        app.client.reach(address);
        next(app);
      },
      field(app, "address", word(app, "address")),
      submit(app.say("go_on")),
    ),
    sees(app, "welcome_sees", "sees_no_store"),
  ];
}

function word(app: App, key: keyof typeof WORDS): string {
  return WORDS[key][LANGUAGE_NAMES.findIndex(([language]) => language === app.language)] ?? "";
}
