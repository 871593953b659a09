import { isIP } from "node:net";

/** A block of addresses: `10.1.0.0/16`, `2001:db8::/32`, or a single address. */
interface Block {
  readonly bits: 32 | 128;
  readonly base: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** A block as it is written, or undefined: no address, a prefix that is none, or host bits that are set (10.1.2.3/8). */
export function parseBlock(text: string): Block | undefined {
  const [address = "", written, ...rest] = text.split("/");
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || rest.length > 0 || address.includes("%")) return undefined;
  const bits = BITS[family];
  if (written !== undefined && !/^(0|[1-9]\d{0,2})$/.test(written)) return undefined;
  const prefix = written === undefined ? bits : Number(written);
  if (prefix > bits) return undefined;
  const base = family === 4 ? numberOf4(address) : numberOf6(address);
  return (base & hostMask(bits, prefix)) === 0n ? { bits, base, prefix } : undefined;
}

/** True when every address of `inner` is one of `outer`. */
export const containsBlock = (outer: Block, inner: Block): boolean =>
  outer.bits === inner.bits && outer.prefix <= inner.prefix && (inner.base & ~hostMask(outer.bits, outer.prefix)) === outer.base;

const hostMask = (bits: number, prefix: number): bigint => (1n << BigInt(bits - prefix)) - 1n;

const numberOf4 = (text: string): bigint => text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);

function numberOf6(text: string): bigint {
  // ::ffff:10.0.0.1 ends in an IPv4 address: its four bytes are the last two groups.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const plain = dotted ? `${dotted[1]}${groupsOf4(numberOf4(dotted[2] as string))}` : text;
  const [before = "", after] = plain.split("::");
  const left = before === "" ? [] : before.split(":");
  const right = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill("0"), ...right].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

const groupsOf4 = (number: bigint): string => `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
