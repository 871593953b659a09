/*
 * Headers of a tar archive (POSIX ustar): of the backup's own file, and of the stream of files in it.
 */

export const TAR_BLOCK = 512;

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;

/** A file for its owner, of the moment 0: the same content gives the same bytes. Throws for a name that has no room. */
export function headerOf(name: string, size: number, prefix = ""): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(prefix) > 155) throw new Error(`${prefix}/${name} is too long a name for a part`);
  header.write(name, 0);
  header.write(octal(0o600, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        ", 148); // the sum is taken over spaces
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345);
  header.write(`${checksumOf(header).toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

const checksumOf = (header: Buffer): number => header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);

const textAt = (header: Buffer, from: number, to: number): string => header.toString("utf8", from, to).replace(/\0.*$/s, "");

/** What a header says; `end` for the empty block that ends an archive, undefined for what is no header. */
export function readHeader(header: Buffer): { readonly prefix: string; readonly name: string; readonly size: number } | "end" | undefined {
  if (header.every((byte) => byte === 0)) return "end";
  const sum = Number.parseInt(header.toString("latin1", 148, 154), 8);
  if (header.toString("latin1", 257, 262) !== "ustar" || sum !== checksumOf(header)) return undefined;
  const size = Number.parseInt(header.toString("latin1", 124, 135), 8);
  return size >= 0 ? { prefix: textAt(header, 345, 500), name: textAt(header, 0, 100), size } : undefined;
}
