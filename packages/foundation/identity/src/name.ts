import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { identityErrors, type Warning } from "./errors.ts";

export interface PersonName {
  /** NFC, middle dots as U+00B7. Length counts code points: 𠮷 is one. */
  readonly name: string;
  readonly warnings: readonly Warning[];
}

const NAME_LENGTH_MIN = 2;
const NAME_LENGTH_MAX = 50;
const MIDDLE_DOTS = /[\u2022\u30FB\uFF0E\u2027\u0387]/gu;
const PRIVATE_USE = /^\p{Co}$/u;
const ALLOWED = /^[\p{L}\p{M}\p{Co}\u00B7 '’-]$/u;

/**
 * A person's name by code point (domain 5.5). NFC and never NFKC, which would change compatibility ideographs. Refuses
 * NAME_LENGTH, NAME_SPACE (inside a Chinese name), NAME_CHARACTER; a private-use character (old bank files) is flagged.
 */
export function checkName(text: string): Result<PersonName, Refusal> {
  const name = text.trim().normalize("NFC").replace(MIDDLE_DOTS, "\u00B7");
  const characters = [...name];
  if (characters.length < NAME_LENGTH_MIN || characters.length > NAME_LENGTH_MAX) {
    return refuse(identityErrors.NAME_LENGTH, { length: characters.length });
  }
  const isHan = /\p{Script=Han}/u.test(name);
  if (isHan && /\s/u.test(name)) return refuse(identityErrors.NAME_SPACE);
  const wrong = characters.findIndex((character) => !ALLOWED.test(character));
  if (wrong >= 0) return refuse(identityErrors.NAME_CHARACTER, { place: wrong + 1 });
  const edge = name.startsWith("\u00B7") ? 1 : name.endsWith("\u00B7") ? characters.length : undefined;
  if (edge !== undefined) return refuse(identityErrors.NAME_CHARACTER, { place: edge });
  const warnings = characters.flatMap((character, index): Warning[] =>
    PRIVATE_USE.test(character) ? [{ code: identityErrors.NAME_PRIVATE_USE, details: { place: index + 1 } }] : [],
  );
  return ok({ name, warnings });
}
