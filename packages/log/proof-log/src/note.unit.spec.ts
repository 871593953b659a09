import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  checkpointText,
  inclusionProof,
  leafHash,
  merkleRoot,
  noteSigner,
  openCheckpoint,
  openNote,
  openReceipt,
  parseCheckpointText,
  parseReceipt,
  parseVerifierKey,
  readerOf,
  SIGNATURE_TYPES,
  signatureOf,
  signCheckpoint,
  signNote,
  verifierKey,
  writeReceipt,
} from "./index.ts";

const pem = () => generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const log = noteSigner("huimin.example/410803", pem());

// The example of c2sp.org/signed-note.
const EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE =
  "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

describe("signed notes (c2sp.org/signed-note)", () => {
  it("the specification's example", () => {
    const verifier = parseVerifierKey(EXAMPLE_KEY);
    expect(openNote(EXAMPLE_NOTE, [verifier])).toMatchObject({
      text: "This is an example message.\n",
      by: [{ verifier: { name: "example.com/foo" } }],
    });
    expect(verifierKey(verifier)).toBe(EXAMPLE_KEY);
    expect(() => openNote(EXAMPLE_NOTE.replace("example message", "example massage"), [verifier])).toThrow(/does not belong/);
  });

  it("passes over keys that it does not know, and needs one that it knows", () => {
    const other = noteSigner("other.example", pem());
    const note = signNote("a text\n", [log, other]);
    expect(openNote(note, [log.verifier]).by).toHaveLength(1);
    expect(openNote(note, [log.verifier, other.verifier]).by).toHaveLength(2);
    expect(() => openNote(note, [noteSigner(log.verifier.name, pem()).verifier])).toThrow(/no known key/);
  });

  it("refuses what is not well formed", () => {
    expect(() => openNote("a text\n— huimin.example/410803 AAAA\n", [log.verifier])).toThrow(/blank line/);
    expect(() => openNote("a text\n\nnobody\n", [log.verifier])).toThrow(/no signature line/);
    expect(() => signNote("a\ttext\n", [log])).toThrow(/control/);
    expect(() => signNote("a text", [log])).toThrow(/newline/);
    expect(() => noteSigner("a name", pem())).toThrow(/no key name/);
    expect(() => parseVerifierKey(EXAMPLE_KEY.replace("530d903a", "530d903b"))).toThrow(/does not belong/);
    expect(() => parseVerifierKey("example.com/foo")).toThrow(/form/);
  });
});

describe("checkpoints and receipts", () => {
  const events = ['{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}', '{"e":5}'];
  const leaves = events.map((event) => leafHash(event));
  const head = { origin: "huimin.example/410803", size: 5, root: merkleRoot(leaves) };

  it("a checkpoint is read back, with the cosignature of a witness and its time", () => {
    const witness = noteSigner("witness.example", pem(), SIGNATURE_TYPES.cosignature);
    const note = signCheckpoint(head, [log]) + signatureOf(checkpointText(head), witness, 1_679_315_147);
    const opened = openCheckpoint(note, [log.verifier, witness.verifier]);
    expect(opened).toMatchObject({ origin: head.origin, size: 5, by: [{}, { seconds: 1_679_315_147 }] });
    expect(Buffer.compare(opened.root, head.root)).toBe(0);
    // A cosignature says its time: another one is another message.
    const line = signatureOf(checkpointText(head), witness, 1);
    const forged =
      signCheckpoint(head, [log]) +
      line.replace(/ ([^ ]+)\n$/, (_, text: string) => ` ${Buffer.from(text, "base64").fill(9, 4, 12).toString("base64")}\n`);
    expect(() => openCheckpoint(forged, [witness.verifier])).toThrow(/does not belong/);
  });

  it("refuses other sizes and roots than the specification allows", () => {
    for (const text of ["o\n05\nAAAA\n", "o\n5\nAAAA\n", "\n5\n", `o\n5\n${Buffer.alloc(32).toString("base64")}\n\n`]) {
      expect(() => parseCheckpointText(text)).toThrow();
    }
  });

  it("a receipt shows its event offline; any change is found", async () => {
    const receipt = writeReceipt({
      index: 2,
      path: await inclusionProof(2, 5, readerOf(leaves)),
      checkpoint: signCheckpoint(head, [log]),
      canonical: events[2] as string,
    });
    expect(openReceipt(receipt, [log.verifier])).toMatchObject({ canonical: '{"c":3}', checkpoint: { size: 5 } });
    const altered = { ...parseReceipt(receipt), canonical: '{"c":4}' };
    expect(() => openReceipt(writeReceipt(altered), [log.verifier])).toThrow(/not in the log/);
    expect(() => openReceipt(writeReceipt({ ...altered, canonical: events[2] as string, index: 3 }), [log.verifier])).toThrow(
      /not in the log/,
    );
    expect(() => openReceipt(receipt.replace("\n5\n", "\n6\n"), [log.verifier])).toThrow(/does not belong/);
    expect(() => openReceipt(receipt, [log.verifier], '{"x":1}')).toThrow(/not the event/);
    expect(() => parseReceipt("hello")).toThrow(/begins with/);
  });
});
