/** Streams of dividends: each is where the invariants of its subject live. */
export const poolStream = (pool: string): string => `dividend/${pool}`;
export const entitlementStream = (pool: string, year: number, part: number): string => `entitlement/${pool}-${year}-${part}`;
export const beneficiaryStream = (pool: string): string => `beneficiary/${pool}`;
export const overpaymentStream = (enterprise: string): string => `overpayment/${enterprise}`;
export const assetStream = (asset: string): string => `asset/${asset}`;
export const landRightStream = (household: string): string => `land-right/${household}`;
export const payoutStream = (payoutBatch: string): string => `payout/${payoutBatch}`;
export const wrongPayoutStream = (obligor: string): string => `wrong-payout/${obligor}`;

/** Households of one part of a list, about: a part is one stream, one event and one append. */
export const PART_HOUSEHOLDS_MAX = 400;

/** How many parts a list of so many households has. Hashing fills parts unevenly: 300 on average keeps them below 400. */
export const partsFor = (households: number): number => (households <= PART_HOUSEHOLDS_MAX ? 1 : Math.ceil(households / 300));

const encoder = new TextEncoder();

/** FNV-1a, 32 bit, of the UTF-8 bytes: the same part for a household whatever the order of the list. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encoder.encode(text).reduce((before, byte) => Math.imul(before ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
    hash = Math.imul(hash ^ unit, 0x01000193) >>> 0; // a number in ASCII is its own UTF-8
  }
  return hash;
}

/** The part, 0 … parts − 1, in which a household's lines stand. `parts` is in the header of the list. */
export const partOf = (household: string, parts: number): number => fnv1a(household) % parts;
