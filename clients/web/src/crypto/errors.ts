/**
 * What can be wrong with bytes.
 *
 *     CryptoError
 *     ├── MalformedMessage        the bytes are not in the format; safe to describe
 *     │   ├── WrongLength         wrong_length
 *     │   ├── UnknownVersion      unknown_version
 *     │   ├── NotCanonical        not_canonical
 *     │   └── WrongShape          wrong_shape
 *     ├── CannotOpen              cannot_open: in the format, and does not open; never described
 *     ├── InvalidSignature        invalid_signature: not signed by that key
 *     ├── InvalidCertificate      invalid_certificate: a certificate, stamp or receipt that does
 *     │                           not count
 *     ├── InvalidKey              invalid_key: a certifying key that may not be used
 *     └── ListError               what was typed is not a list
 *         ├── WrongNumberOfLines  wrong_number_of_lines
 *         ├── RepeatedGood        repeated_good
 *         ├── UnknownGood         unknown_good
 *         └── WrongQuantity       wrong_quantity
 *
 * Every error has a stable `code`, shared with Python and named by each refusal in `vectors/`.
 * No message repeats what was typed or carries a key.
 */

/** The root of everything this folder raises. */
export class CryptoError extends Error {
  readonly code: string = "crypto_error";

  constructor(readonly detail = "") {
    super(detail);
  }
}

/** The bytes are not in the format. */
export class MalformedMessage extends CryptoError {
  override readonly code: string = "malformed_message";
}

/** More or fewer bytes than the format has. */
export class WrongLength extends MalformedMessage {
  override readonly code = "wrong_length";
}

/** A version this program does not know; never guessed at. */
export class UnknownVersion extends MalformedMessage {
  override readonly code = "unknown_version";
}

/** The same value has another, canonical encoding. */
export class NotCanonical extends MalformedMessage {
  override readonly code = "not_canonical";
}

/** Well encoded, and not the fields, types or sizes that stand here. */
export class WrongShape extends MalformedMessage {
  override readonly code = "wrong_shape";
}

/** Wrong key, altered, or made for another purpose: deliberately one answer. */
export class CannotOpen extends CryptoError {
  override readonly code = "cannot_open";
}

/** Not signed by the key that was asked for, or altered. */
export class InvalidSignature extends CryptoError {
  override readonly code = "invalid_signature";
}

/** Not signed by the duty coordinators of its class, period and circle, or altered. */
export class InvalidCertificate extends CryptoError {
  override readonly code = "invalid_certificate";
}

/** A certifying key of the wrong size or exponent, or without its challenge signatures. */
export class InvalidKey extends CryptoError {
  override readonly code = "invalid_key";
}

/** What was typed is not a list. `parseList` says on which line: a number, never the text. */
export class ListError extends CryptoError {
  override readonly code: string = "list_error";
  lineNumber: number | null = null;
}

/** A list has nine lines. */
export class WrongNumberOfLines extends ListError {
  override readonly code = "wrong_number_of_lines";
}

/** The same good stands on two lines. */
export class RepeatedGood extends ListError {
  override readonly code = "repeated_good";
}

/** A line names nothing in the table of goods. */
export class UnknownGood extends ListError {
  override readonly code = "unknown_good";
}

/** A quantity is a whole number from 1 to 8. */
export class WrongQuantity extends ListError {
  override readonly code = "wrong_quantity";
}
