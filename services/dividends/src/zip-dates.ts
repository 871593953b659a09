/*
 * A workbook is a zip, and a zip says of each file when it was put in. Made again, the same list would be another file:
 * these dates are set to the first that a zip knows.
 */

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
/** 1980-01-01 00:00 as a zip writes it: time, then date. */
const FIRST_DAY = Buffer.from([0, 0, 0x21, 0]);

/** Sets the dates of all files in a zip, in place. Throws for what is no zip without a comment. */
export function withoutZipDates(zip: Buffer): Buffer {
  const end = zip.length - END_BYTES;
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new Error("not a zip without a comment");
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new Error("the zip's directory is broken");
    FIRST_DAY.copy(zip, at + 12);
    FIRST_DAY.copy(zip, zip.readUInt32LE(at + 42) + 10);
    at += CENTRAL_BYTES + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return zip;
}
