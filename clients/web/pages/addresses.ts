/** The address of a node, as a person types or pastes it. */

const ONION = /^[a-z2-7]{56}\.onion$/;
const THIS_MACHINE = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Longer than any address of a node. */
const MOST_CHARACTERS = 300;

/**
 * The origin that *typed* names, or null if it names none that a page should speak to.
 *
 * Without a scheme it is http, as onion services are. Plain http goes to onion services, which Tor
 * encrypts, and to this machine; anybody on the way could read when it goes elsewhere.
 */
export function addressOf(typed: string): string | null {
  const text = typed.trim();
  if (text === "" || text.length > MOST_CHARACTERS) return null;
  const url = parsed(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url?.username !== "" || url.password !== "") return null;
  const isQuiet = ONION.test(url.hostname) || THIS_MACHINE.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isQuiet) ? url.origin : null;
}

/** The addresses that a circle publishes, if *origin* is an onion address and none of them. */
export function movedTo(origin: string, published: readonly string[]): readonly string[] {
  const [host, ...hosts] = [origin, ...published].map((address) => parsed(address)?.hostname ?? "");
  return host?.endsWith(".onion") && !hosts.includes(host) ? published : [];
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
