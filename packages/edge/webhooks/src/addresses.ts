import { BlockList, isIP, isIPv6 } from "node:net";

/*
 * Where a message may go. An address is entered by people and resolved by somebody else's name server: without this rule a
 * message could be made to knock at what stands behind our own firewall (SSRF).
 */

export interface AddressRules {
  /** http:// too, for addresses of this machine: sandboxes and tests. */
  readonly http: boolean;
  /** Networks that are allowed though they are private, such as a line to a bank: `10.20.0.0/16`, `127.0.0.1`. */
  readonly networks: readonly string[];
  /** Only there and nowhere else, the public Internet included: a sandbox. Default false. */
  readonly onlyThere?: boolean;
}

/** Addresses that are not of the public Internet (IANA special-purpose registries). */
const RESERVED: readonly string[] = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"],
  ...["192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24"],
  ...["203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  ...["::/96", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7"],
  ...["fe80::/10", "fec0::/10", "ff00::/8"],
];

/** An address or a network of them. Undefined when the text is none. */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: "ipv4" | "ipv6" } | undefined {
  const [address = "", prefixText, ...more] = text.trim().split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return undefined;
  const bits = version === 6 ? 128 : 32;
  const prefix = prefixText === undefined ? bits : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  return prefix < 0 || prefix > bits ? undefined : { address, prefix, family: version === 6 ? "ipv6" : "ipv4" };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (!network) throw new Error(`not a network: ${text}`);
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

const reserved = listOf(RESERVED);
const loopback = listOf(["127.0.0.0/8", "::1/128"]);

/** An IPv4 address written as IPv6 (`::ffff:10.0.0.1`, NAT64 `64:ff9b::a00:1`) is judged as what it stands for. */
const embedded = listOf(["::ffff:0:0/96", "64:ff9b::/96"]);

function plain(address: string): string {
  if (!isIPv6(address) || !embedded.check(address, "ipv6")) return address;
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1); // hextets, compressed
  const [high = 0, low = 0] = host
    .replace(/::$/, ":0:0")
    .split(":")
    .slice(-2)
    .map((part) => Number.parseInt(part || "0", 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

const has = (list: BlockList, address: string): boolean => list.check(address, isIPv6(address) ? "ipv6" : "ipv4");

/** Judges addresses by the rules of this process. */
export class AddressGuard {
  readonly #rules: AddressRules;
  readonly #allowed: BlockList;

  /** Throws when a network of the rules is none. */
  constructor(rules: AddressRules) {
    this.#rules = rules;
    this.#allowed = listOf(rules.networks);
  }

  /** Whether a connection to this IP address may be made. */
  mayConnect(address: string): boolean {
    if (isIP(address) === 0) return false;
    const judged = plain(address);
    const listed = has(this.#allowed, judged) || has(this.#allowed, address);
    if (this.#rules.onlyThere) return listed;
    return listed || !(has(reserved, judged) || has(reserved, address));
  }

  /** What is wrong with a URL before its name is resolved; undefined when nothing is. */
  faultOf(text: string): { readonly whatZh: string; readonly whatEn: string } | undefined {
    const url = URL.parse(text);
    if (!url) return { whatZh: "不是网址", whatEn: "it is not a URL" };
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const literal = isIP(host) !== 0;
    if (literal && !this.mayConnect(host)) return { whatZh: "指向内部网络", whatEn: "it leads into a private network" };
    const own = literal ? has(loopback, plain(host)) : host === "localhost";
    if (own && !literal && !this.mayConnect("127.0.0.1")) return { whatZh: "指向本机", whatEn: "it leads to this machine" };
    if (url.protocol === "https:") return undefined;
    if (url.protocol === "http:" && this.#rules.http && own) return undefined;
    return { whatZh: "不是 https 地址", whatEn: "it is not https" };
  }
}
