import type { BareItem, InnerList } from "structured-headers";

/*
 * Nearly every request carries one signature in the form that serialisers of RFC 9651 write. For it one expression does
 * the work of the general parser and, because the text is canonical already, of the serialiser as well (15 µs). What
 * differs in one character is left to the library; a property test holds the two against each other.
 */

/** One label, components without parameters, parameters that are integers or strings without escapes. */
const INPUT =
  /^([a-z][a-z0-9_.*-]*)=(\(("[a-z@][a-z0-9-]*"(?: "[a-z@][a-z0-9-]*")*)\)((?:;[a-z]+=(?:"[ !#-[\]-~]*"|0|[1-9]\d{0,14}(?![\d.])))+))$/;
const PARAMETER = /;([a-z]+)=(?:"([^"]*)"|(\d+))/g;
/** 64 bytes. */
const SIGNATURE = /^([a-z][a-z0-9_.*-]*)=:([A-Za-z0-9+/]{86}==):$/;

export interface UsualSignature {
  readonly input: InnerList;
  /** The input as `@signature-params` has it. */
  readonly canonicalInput: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** What the two headers say, or undefined when they are in another form, right or wrong. */
export function usualSignature(inputText: string, signatureText: string): UsualSignature | undefined {
  const found = INPUT.exec(inputText);
  const signed = SIGNATURE.exec(signatureText);
  if (!found || !signed || found[1] !== signed[1]) return undefined;
  const [, , canonicalInput, names, parameterText] = found as unknown as [string, string, string, string, string];
  const parameters = new Map<string, BareItem>();
  for (const [, name, text, integer] of parameterText.matchAll(PARAMETER) as Iterable<string[]>) {
    if (parameters.has(name as string)) return undefined; // the last one counts, which the canonical text would not say
    parameters.set(name as string, text ?? Number(integer));
  }
  const keyId = parameters.get("keyid");
  if (typeof keyId !== "string") return undefined;
  const items = names
    .slice(1, -1)
    .split('" "')
    .map((name): [string, Map<string, BareItem>] => [name, new Map()]);
  return { input: [items, parameters], canonicalInput, keyId, signature: Buffer.from(signed[2] as string, "base64") };
}
