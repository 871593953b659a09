import { expect, it } from "vitest";
import { idempotencyKeysOf, loanCommands, ownSerialOf } from "./index.ts";

const repayment = { loan: "L002", serial: "JZ1", valueDate: "2018-05-10", principal: "10000.00" };
const hashOf = (body: object, command = "RecordRepayment") =>
  idempotencyKeysOf(command, body as Record<string, unknown>, "K1")[0]?.bodyHash;

it("gives a bank message one key by its serial, whatever the order of fields, zero parts and the channel", () => {
  expect(idempotencyKeysOf("RecordRepayment", repayment, "K1")).toEqual([
    { client: "bank:K1", key: "serial:JZ1", bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  const { serial, ...rest } = repayment;
  expect(hashOf({ ...rest, interest: "0.00", currency: "CNY", penalty: undefined, serial })).toBe(hashOf(repayment));
});

it("gives another content another hash", () => {
  const hashes = [
    repayment,
    { ...repayment, principal: "10001.00" },
    { ...repayment, valueDate: "2018-05-11" },
    { ...repayment, loan: "L003" },
  ].map((body) => hashOf(body));
  expect(new Set([...hashes, hashOf(repayment, "PrepayLoan")]).size).toBe(5);
});

it("takes a reversal by its own serial, and gives none to commands that only name a message", () => {
  const reversal = { loan: "L002", serial: "JZ1", reversalSerial: "X1", valueDate: "2018-05-10" };
  expect(idempotencyKeysOf("ReverseRepayment", reversal, "K1")[0]?.key).toBe("serial:X1");
  expect(idempotencyKeysOf("ReleaseDuplicate", { loan: "L002", serial: "JZ1" }, "K1")).toEqual([]);
  expect(idempotencyKeysOf("ApproveLoan", { loan: "L002" }, "K1")).toEqual([]);
});

it("knows every command by one name", () => {
  expect(new Set(loanCommands.map((command) => command.name)).size).toBe(loanCommands.length);
});

it("tells a reversal's own serial from the one that it names", () => {
  expect(ownSerialOf("ReverseRepayment", { serial: "JZ1", reversalSerial: "X1" })).toBe("X1");
  for (const command of ["ReverseInterestPayment", "ReverseBatchInterestPayment"]) {
    expect(idempotencyKeysOf(command, { loan: "L002", serial: "JZ1" }, "K1")).toEqual([]);
    expect(idempotencyKeysOf(command, { loan: "L002", serial: "JZ1", reversalSerial: "X1" }, "K1")[0]?.key).toBe("serial:X1");
  }
  expect(ownSerialOf("RecordRepayment", repayment)).toBe("JZ1");
  expect(ownSerialOf("ApproveLoan", { loan: "L002" })).toBeUndefined();
});
