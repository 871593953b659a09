import { type KeyObject, sign } from "node:crypto";
import { type KeyClaim, possessionText } from "./possession.ts";
import { ALL_BANK_SCOPES } from "./scopes.ts";

/** The proof that `addKey` asks for, in base64url: what a bank's own program makes. */
export const provePossession = (claim: KeyClaim, privateKey: KeyObject): string =>
  sign(null, Buffer.from(possessionText(claim)), privateKey).toString("base64url");

/** This machine only. */
export const LOOPBACK = ["127.0.0.0/8", "::1/128"] as const;

export interface OnboardedKey {
  readonly keyId: string;
  readonly publicKey: string;
  readonly privateKey: KeyObject;
  readonly validFrom: string;
  readonly validTo: string;
}

/**
 * Bodies of RegisterBankClient and AddBankKey for a bank whose one client, `main`, does everything, as fast as it can: for
 * demos, sandboxes and measurements, which hold both halves of the key. A partner bank gets what its work needs.
 */
export function wholeOnboarding(district: string, bank: string, keys: readonly OnboardedKey[], addresses: readonly string[] = LOOPBACK) {
  const client = "main";
  const terms = {
    name: "综合接入",
    scopes: [...ALL_BANK_SCOPES],
    addresses: [...addresses],
    perSecond: 10_000,
    burst: 100_000,
    perDay: 1_000_000_000,
  };
  return {
    client: { bank, client, ...terms },
    keys: keys.map(({ keyId, publicKey, privateKey, validFrom, validTo }) => {
      const proof = provePossession({ district, bank, client, keyId, publicKey }, privateKey);
      return { bank, client, keyId, publicKey, validFrom, validTo, proof };
    }),
  };
}
