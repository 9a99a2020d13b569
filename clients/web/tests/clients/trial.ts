/** A real trial circle beside the test: `serve_trial.py` in a process of its own, told by line. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
const SCRIPT = join(ROOT, "clients/web/tests/clients/serve_trial.py");
const PYTHON = join(ROOT, ".venv/bin/python");

type Json = Readonly<Record<string, unknown>>;

/** What the process says of itself when it is ready. */
export interface Ready {
  readonly url: string;
  readonly circle: string;
  readonly today: number;
}

/** The trial, and everything one can tell it. Ended by `stop`. */
export class TrialProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(
    readonly home: string,
    child: ChildProcess,
    reader: Interface,
  ) {
    this.#child = child;
    this.#reader = reader;
    this.#lines = reader[Symbol.asyncIterator]();
  }

  /** Found a circle and start its processes. *today* is days since 1970-01-01. */
  static async start(today: number): Promise<readonly [TrialProcess, Ready]> {
    const home = mkdtempSync(join(tmpdir(), "web-trial-"));
    const python = existsSync(PYTHON) ? PYTHON : "python3";
    const child = spawn(python, ["-B", SCRIPT, join(home, "trial"), String(today)], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PYTHONPATH: ROOT },
    });
    const reader = createInterface({ input: child.stdout });
    const trial = new TrialProcess(home, child, reader);
    return [trial, (await trial.#answer()) as unknown as Ready];
  }

  /** An invite, as it is printed. */
  async invite(): Promise<string> {
    return (await this.#tell({ do: "invite" }))["invite"] as string;
  }

  /** Both coordinators ask everybody who is new. */
  async ask(words: string): Promise<void> {
    await this.#tell({ do: "ask", words });
  }

  /** Both coordinators certify everybody who waits; what people had answered before. */
  async certify(): Promise<readonly string[]> {
    return (await this.#tell({ do: "certify" }))["answers"] as string[];
  }

  /** Clerks work, and the matcher closes the epoch. */
  async epoch(): Promise<Json> {
    return this.#tell({ do: "epoch" });
  }

  /** One sitting of a Python person; its view, with the names of TypeScript. */
  async person(told: {
    readonly role: "family" | "donor";
    readonly key: string;
    readonly method: string;
    readonly args?: readonly unknown[];
    readonly kwargs?: Json;
  }): Promise<unknown> {
    const answer = await this.#tell({ args: [], kwargs: {}, ...told, do: "person" });
    if (answer["error"] !== undefined) throw new Error(JSON.stringify(answer["error"]));
    return camelCased(answer["view"]);
  }

  /** End all of it and remove its files. */
  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
    this.#reader.close();
    rmSync(this.home, { recursive: true, force: true });
  }

  async #tell(told: Json): Promise<Json> {
    this.#child.stdin?.write(`${JSON.stringify(told)}\n`);
    return this.#answer();
  }

  async #answer(): Promise<Json> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error("the trial ended");
    return JSON.parse(line.value) as Json;
  }
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(held),
    ]),
  );
}
