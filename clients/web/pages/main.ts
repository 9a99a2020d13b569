/** Where the page begins, and the ways it ends: leaving, locking, going out of sight. */

import "./styles/paper.css";
import "./styles/fields.css";
import "./styles/frame.css";
import "./styles/list.css";
import "./styles/standing.css";

import { App, type Screen } from "./app.ts";
import { h } from "./dom.ts";
import { Watch } from "./locking.ts";
import { chooseLanguage, locked } from "./screens/begin.ts";
import { help } from "./screens/help.ts";
import { LANGUAGE_NAMES } from "./strings.ts";

const TWICE_MS = 800;

const header = h("header");
const warning = h("div", { class: "warning", role: "alert", hidden: true });
const main = h("main", { id: "main" });
const footer = h("footer");
let helping: Screen | null = null;
let began = false;
let left = false;

const app = new App(main, chooseLanguage, () => {
  drawFrame();
});

function drawFrame(): void {
  header.replaceChildren(
    h(
      "div",
      { class: "tongues", role: "group", "aria-label": app.say("language") },
      ...(began ? LANGUAGE_NAMES : []).map(([language, name, short]) =>
        h(
          "button",
          {
            type: "button",
            lang: language,
            title: name,
            "aria-pressed": String(language === app.language),
            disabled: app.busy,
            onclick: () => {
              app.language = language;
              app.redraw();
              header.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
            },
          },
          short,
        ),
      ),
    ),
    h("button", { type: "button", class: "leave", title: app.say("leave_how"), onclick: leave }, app.say("leave")),
  );
  footer.replaceChildren(...below());
  if (!warning.hidden) drawWarning();
  began = true;
}

function drawWarning(): void {
  warning.replaceChildren(
    h("p", {}, app.say(app.drawn === null ? "lock_soon" : "lock_soon_list")),
    h("button", { type: "button", onclick: () => { watch.stay(); } }, app.say("lock_stay")),
  );
}

/** What stands below every screen, but for the first, and for the list while it is shown. */
function below(): HTMLElement[] {
  if (!began || app.drawn !== null) return [];
  const parts: HTMLElement[] = [];
  if (app.circle?.trial === true) parts.push(h("p", { class: "trial" }, app.say("line.trial")));
  if (app.screen !== chooseLanguage) parts.push(h("p", { class: "quiet" }, app.say("lock_rule")));
  if (app.busy || app.screen === helping) return parts;
  const open = (): void => {
    const { screen } = app;
    app.go((helping = help(screen)));
  };
  return [...parts, h("button", { type: "button", class: "plain", onclick: open }, app.say("help"))];
}

/**
 * A recipe at once, in the place of this page in the history; then the same from the node, with
 * nothing kept. Where the node does not answer, the recipe that was drawn stays.
 */
function leave(): void {
  if (left) return;
  left = true;
  const soup = [app.say("soup"), app.say("soup_how")] as const;
  app.forget();
  document.title = soup[0];
  document.body.replaceChildren(h("main", { class: "recipe" }, h("h1", {}, soup[0]), h("p", {}, soup[1])));
  if (location.protocol === "file:") return;
  const recipe = `soup-${app.language}`;
  history.replaceState(null, "", recipe);
  void fetch(recipe).then(({ ok }) => {
    if (ok) location.replace(recipe);
  }, () => undefined);
}

function lock(): void {
  app.forget();
  app.client.begin();
  app.go(locked);
}

// With the Worker the key is gone: nothing can be done here but to type the list again.
app.client.onFallen = () => {
  if (app.dish !== null && !left) lock();
};

const watch = new Watch({
  // Half a list on the screen, or half a sentence, is already something.
  isLockable: () => !left && !app.busy && (app.dish !== null || app.drafts.size > 0),
  warn: (isNear) => {
    drawWarning();
    warning.hidden = !isNear;
  },
  lock,
});

// ---- Escape twice

let escaped = -TWICE_MS;
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (event.timeStamp - escaped < TWICE_MS) leave();
  escaped = event.timeStamp;
});

// A page that goes out of the window takes nothing along, nor does one that is brought back.
addEventListener("pagehide", () => {
  app.forget();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.body.replaceChildren(header, warning, main, footer);
app.go(chooseLanguage);
