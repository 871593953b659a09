import type { Gather } from "@huimin/decider";
import { describe, expect, it } from "vitest";
import { gatherBatchStakes } from "./events.ts";
import { EntrustStakes, PoolStakes, RecordBatchDisbursement, RecordUnifiedRepayment, ReverseEntrustment } from "./index.ts";
import { ENT, K2, SIGNED_ON, World } from "./world.fixture.ts";

const draw = (more: object = {}) => ({ batch: "B1", serial: "D1", valueDate: SIGNED_ON, ...more });
const entrust = (more: object = {}) => ({ batch: "B1", serial: "S1", valueDate: SIGNED_ON, ...more });

describe("the loans of a batch are paid out (1.5)", () => {
  it("all together on the terms of the contract, borrowed in name by the households", () => {
    const world = new World().signed();
    expect(world.accept(RecordBatchDisbursement, draw())).toMatchObject({
      total: "100000.00",
      perLoan: { L1: "50000.00", L3: "20000.00" },
    });
    expect(world.events("loan/L2")[0]).toMatchObject({
      type: "LoanDisbursed",
      payload: {
        household: "H2",
        enterprise: "E1",
        batch: "B1",
        amount: "30000.00",
        annualRate: "4.75",
        borrower: "H2-head",
        creditGroup: "H2",
      },
    });
    expect(world.code(RecordBatchDisbursement, draw())).toBe("BATCH_SERIAL_REPEATED");
    expect(world.code(RecordBatchDisbursement, draw({ valueDate: "2017-03-02" }))).toBe("BATCH_SERIAL_CONFLICT");
    expect(world.code(RecordBatchDisbursement, draw({ serial: "D2" }))).toBe("BATCH_NOTHING_TO_DRAW");
  });

  it("or one by one, in parts, at most what is contracted", () => {
    const world = new World().signed();
    world.accept(RecordBatchDisbursement, draw({ loan: "L1", amount: "20000.00" }));
    expect(world.code(RecordBatchDisbursement, draw({ serial: "D2", loan: "L1", amount: "30000.01" }))).toBe("BATCH_ABOVE_CONTRACT");
    expect(world.code(RecordBatchDisbursement, draw({ serial: "D2", loan: "L9" }))).toBe("BATCH_LOAN_UNKNOWN");
    expect(world.code(RecordBatchDisbursement, draw({ serial: "D2", loan: "L1", amount: "0.00" }))).toBe("BATCH_NOTHING_PAID");
    expect(world.code(RecordBatchDisbursement, draw({ serial: "D2", loan: "L1", valueDate: "2017-02-28" }))).toBe(
      "BATCH_DRAWING_OUTSIDE_TERM",
    );
    expect(world.code(RecordBatchDisbursement, draw({ serial: "D2", amount: "1.00" }))).toBe("BATCH_TOTAL_DIFFERS");
    expect(world.accept(RecordBatchDisbursement, draw({ serial: "D2" }))).toMatchObject({ total: "80000.00" });
  });

  it("not before a contract, by another bank, or for a bankrupt enterprise", () => {
    const world = new World().propose();
    expect(world.code(RecordBatchDisbursement, draw())).toBe("BATCH_NOT_SIGNED");
    const signed = new World().signed();
    expect(signed.code(RecordBatchDisbursement, draw(), K2)).toBe("BATCH_OTHER_BANKS");
    expect(signed.bankrupt(SIGNED_ON).code(RecordBatchDisbursement, draw())).toBe("ENTERPRISE_BANKRUPT");
  });
});

describe("loan money becomes stakes (1.6)", () => {
  it("the whole of it, loan by loan or all at once", () => {
    const world = new World().signed();
    world.accept(RecordBatchDisbursement, draw());
    expect(world.code(EntrustStakes, entrust({ loan: "L1", amount: "49999.99" }))).toBe("BATCH_STAKE_DIFFERS");
    expect(world.accept(EntrustStakes, entrust({ loan: "L1", amount: "50000.00" }))).toMatchObject({ total: "50000.00", loans: 1 });
    expect(world.accept(EntrustStakes, entrust({ serial: "S2" }))).toMatchObject({ total: "50000.00", loans: 2 });
    expect(world.stakes("L2")).toEqual({ H2: "30000.00" });
    expect(world.code(EntrustStakes, entrust({ serial: "S3" }))).toBe("BATCH_NOTHING_TO_ENTRUST");
    expect(world.code(EntrustStakes, entrust({ serial: "S3", loan: "L9" }))).toBe("BATCH_LOAN_UNKNOWN");
    expect(world.bankrupt(SIGNED_ON).code(EntrustStakes, entrust({ serial: "S3" }))).toBe("ENTERPRISE_BANKRUPT");
  });

  it("of drawn loans only", () => {
    expect(new World().signed().code(EntrustStakes, entrust({ loan: "L1" }))).toBe("BATCH_LOAN_NOT_DRAWN");
  });

  it("given a stake of which some is repaid, when the bank reverses its entrustment, then it is blocked and the stake stays", () => {
    const world = new World().entrusted();
    world.accept(RecordUnifiedRepayment, { batch: "B1", serial: "R1", valueDate: "2017-06-05", amount: "10000.00" });
    const stakes = world.stakes("L1");
    const before = world.log.all.length;
    const reversal = { batch: "B1", loan: "L1", serial: "S-B1", reversalSerial: "R2", valueDate: SIGNED_ON };
    expect(world.refuse(ReverseEntrustment, reversal)).toEqual({
      code: "BATCH_REVERSAL_BLOCKED",
      details: { loan: "L1" },
      path: "/loan",
    });
    expect([world.stakes("L1"), world.log.all.length]).toEqual([stakes, before]);
    expect(stakes).toEqual({ H1: "45000.00" });
  });

  it("and back by the bank's reversal, as long as nothing was repaid", () => {
    const world = new World().entrusted();
    const reversal = (more: object = {}) => ({
      batch: "B1",
      loan: "L1",
      serial: "S-B1",
      reversalSerial: "R1",
      valueDate: SIGNED_ON,
      ...more,
    });
    expect(world.code(ReverseEntrustment, reversal({ serial: "S9" }))).toBe("BATCH_SERIAL_UNKNOWN");
    expect(world.code(ReverseEntrustment, reversal({ valueDate: "2017-03-02" }))).toBe("BATCH_REVERSAL_DIFFERS");
    expect(world.code(ReverseEntrustment, reversal({ reversalSerial: "D-B1" }))).toBe("BATCH_SERIAL_CONFLICT");
    expect(world.accept(ReverseEntrustment, reversal())).toMatchObject({ amount: "-50000.00" });
    expect(world.stakes("L1")).toEqual({});
    expect(world.code(ReverseEntrustment, reversal({ reversalSerial: "R2" }))).toBe("BATCH_SERIAL_UNKNOWN");
    expect(world.accept(EntrustStakes, entrust({ serial: "S2" }))).toMatchObject({ total: "50000.00" });
  });
});

it("the enterprise confirms the pool: the stakes add up (1.7)", () => {
  const world = new World().entrusted();
  const pool = (total: string) => ({ batch: "B1", total, valueDate: SIGNED_ON });
  expect(world.code(PoolStakes, pool("99999.99"), ENT)).toBe("BATCH_TOTAL_DIFFERS");
  expect(world.accept(PoolStakes, pool("100000.00"), ENT)).toEqual({ batch: "B1", total: "100000.00", stakes: 3 });
  expect(world.batch().pooled).toBe(10_000_000n);
});

it("publishes the stakes by value date, for dividends", () => {
  const world = new World().entrusted();
  const drive = <T>(gather: Gather<T>): T => {
    let step = gather.next();
    while (!step.done) {
      const ask = step.value as { stream: string; fold: { initialState: unknown; evolve: (state: unknown, event: never) => unknown } };
      const events = world.events(ask.stream);
      step = gather.next({ version: events.length, state: events.reduce((s, e) => ask.fold.evolve(s, e as never), ask.fold.initialState) });
    }
    return step.value;
  };
  expect(drive(gatherBatchStakes("B1"))).toEqual([
    { household: "H1", village: "V1", loan: "L1", stake: 5_000_000n, from: SIGNED_ON },
    { household: "H2", village: "V1", loan: "L2", stake: 3_000_000n, from: SIGNED_ON },
    { household: "H3", village: "V1", loan: "L3", stake: 2_000_000n, from: SIGNED_ON },
  ]);
});
