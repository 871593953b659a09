/*
 * The sandbox (沙箱) for banks that build their connection: a district that does not exist, and keys that everybody knows.
 * Both are named here once, so that a sandbox can use nothing else and nothing else can use them.
 */

/** District of every sandbox: a number that the statistical list never gave to a place. */
export const SANDBOX_DISTRICT = "410899";

/** What is printed and written on everything that leaves a sandbox. */
export const SANDBOX_MARK = "测试 SANDBOX";

/** The published test keys by key id: Ed25519, 32 bytes in base64url. Their private halves are in the banks' handbook. */
export const SANDBOX_PUBLIC_KEYS: Readonly<Record<string, string>> = {
  "sandbox-a-1": "NstAOdfsKPrC0p9nesr-4G7EqTQvx7BgbK68Jv0f9wU",
  "sandbox-a-2": "lwjObvTdYvxUjUSumHd7Dc9A6f5G97SfTto0fsatfVk",
  "sandbox-b-1": "XHd4HKVUfLf_WYffJXSd03PNcF0LyWnErE_EtZ8f0RM",
};

export const isSandboxDistrict = (district: string): boolean => district === SANDBOX_DISTRICT;

/** Last 43 characters of a raw key, or of the same key with the DER prefix of its kind before it, whichever alphabet it is written in. */
const core = (publicKey: string): string =>
  Buffer.from(publicKey.trim().replace(/-----[A-Z ]+-----|\s/g, ""), "base64")
    .subarray(-32)
    .toString("base64url");

const PUBLISHED: ReadonlySet<string> = new Set(Object.values(SANDBOX_PUBLIC_KEYS));

/** Whether a public key is one whose private half everybody has. */
export const isPublishedKey = (publicKey: string): boolean => PUBLISHED.has(core(publicKey));
