import { execFile } from "node:child_process";
import { openAsBlob, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { SANDBOX_DISTRICT } from "@huimin/identity";
import {
  BankApiError,
  type BankClient,
  BankDeadlineError,
  createBankClient,
  type MessageBody,
  type MessageName,
  yuan,
} from "@huimin/sdk-bank";
import { broken, checkInvariants } from "@huimin/service-ledger";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FlakyProxy, type Trouble } from "../testing/flaky-proxy.ts";
import { LiveSandbox } from "../testing/live-sandbox.ts";
import { RawBank } from "../testing/raw-bank.ts";
import { sandboxPem } from "./keys.ts";
import { sandboxHouseholds } from "./seed.ts";

const sandbox = new LiveSandbox();
let proxy: FlakyProxy;
const keyId = "sandbox-a-1";

const client = (baseUrl = sandbox.origin, change: object = {}): BankClient =>
  createBankClient({ baseUrl, keyId, privateKey: sandboxPem(keyId), retry: { baseMs: 2, pauseMsMax: 20 }, ...change });

const head = (): Promise<number> => sandbox.host.platform.store.head(SANDBOX_DISTRICT);
const eventsSince = async (position: number): Promise<string[]> =>
  (await sandbox.host.platform.store.readAll(SANDBOX_DISTRICT, position, 1_000)).map(({ type }) => type);

beforeAll(async () => {
  await sandbox.start();
  proxy = await FlakyProxy.start(() => sandbox.origin);
});
afterAll(async () => {
  await proxy?.stop();
  await sandbox.stop();
});
beforeEach(() => {
  proxy.trouble = () => "none";
  proxy.requests = 0;
  proxy.passed = 0;
});

interface Step<M extends MessageName = MessageName> {
  readonly message: M;
  readonly body: MessageBody<M>;
  /** Day to which the sandbox's clock is moved before. */
  readonly clock?: string;
}
const step = <M extends MessageName>(message: M, body: MessageBody<M>, clock?: string): Step =>
  ({ message, body, ...(clock ? { clock } : {}) }) as unknown as Step;

/** From the application to the settlement. 30,000.00 at 4.75 %, a third repaid, the rest prepaid. */
function lifeOf(borrower: string): readonly Step[] {
  const loan = "LIFE";
  const of = { loan, household: "SBX-H7" };
  const money = { loan, currency: "CNY" } as const;
  const amount = "30000.00";
  const on = { valueDate: "2018-03-01" };
  return [
    step("loan-applications", { ...of, ...on, currency: "CNY", borrower, bank: "SBXA", amount, purpose: "养殖", termMonths: 24 }),
    step("credit-ratings", {
      household: "SBX-H7",
      bank: "SBXA",
      level: "A",
      limit: "50000.00",
      validTo: "2019-12-31",
      currency: "CNY",
      ...on,
    }),
    step("loan-approvals", { ...of, ...on, currency: "CNY", amount, annualRate: "4.75", due: "2020-03-01" }),
    step("disbursements", { ...of, ...on, currency: "CNY", amount, serial: "LIFE-D" }),
    step(
      "interest-settlements",
      { ...money, from: "2018-03-01", toExcl: "2018-03-20", amount: "75.21", serial: "LIFE-I1", valueDate: "2018-03-20" },
      "2018-03-22",
    ),
    step("interest-payments", { ...money, amount: "75.21", serial: "LIFE-P1", valueDate: "2018-03-20" }),
    step("repayments", { ...money, principal: "10000.00", serial: "LIFE-R1", valueDate: "2018-03-21" }),
    step("use-of-funds-checks", { loan, finding: "normal", valueDate: "2018-03-22" }),
    step(
      "interest-settlements",
      { ...money, from: "2018-03-20", toExcl: "2018-06-20", amount: "244.10", serial: "LIFE-I2", valueDate: "2018-06-20" },
      "2018-06-22",
    ),
    step("interest-payments", { ...money, amount: "244.10", serial: "LIFE-P2", valueDate: "2018-06-20" }),
    step("prepayments", {
      ...money,
      principal: "20000.00",
      interestFrom: "2018-06-20",
      interestToExcl: "2018-06-21",
      interest: "2.64",
      serial: "LIFE-PP",
      valueDate: "2018-06-21",
    }),
    step("settlements", { loan, valueDate: "2018-06-21", certificate: "LIFE-JQ" }),
  ];
}

async function live(send: (step: Step) => Promise<unknown>): Promise<{ readonly loan: unknown; readonly events: string[] }> {
  expect((await sandbox.post("/sandbox/reset")).status).toBe(200);
  const borrower = sandboxHouseholds(sandbox.host.platform).find(({ household }) => household === "SBX-H7")?.head ?? "";
  const began = await head();
  for (const one of lifeOf(borrower)) {
    if (one.clock) expect((await sandbox.post("/sandbox/clock", { to: one.clock })).status).toBe(200);
    await send(one);
  }
  const loan = await client().loan("LIFE", { minPosition: await head() });
  expect(broken(await checkInvariants(sandbox.host.platform))).toEqual([]);
  return { loan, events: await eventsSince(began) };
}

describe("the whole life of a loan", () => {
  it("given the SDK on a line that loses answers and a raw client on a good one, then the ledger is the same", async () => {
    const raw = new RawBank(() => sandbox.origin, keyId, sandboxPem(keyId));
    const plain = await live(async ({ message, body }) => {
      const { status, body: answer } = await raw.post(message, body);
      expect(status, JSON.stringify(answer)).toBe(201);
    });
    const troubles: readonly Trouble[] = ["lost", "502", "lost", "cut", "none", "late-busy", "lost"];
    proxy.trouble = (nth) => troubles[nth % troubles.length] as Trouble;
    const bank = client(proxy.origin, { retry: { baseMs: 2, pauseMsMax: 20, attemptsMax: 12 } });
    let attempts = 0;
    let repeated = 0;
    const flaky = await live(async ({ message, body }) => {
      const outcome = await bank.send(message, body as never);
      attempts += outcome.attempts;
      repeated += outcome.repeated ? 1 : 0;
      expect(outcome.kind).toBe("booked");
    });
    expect(attempts).toBeGreaterThan(lifeOf("").length * 1.5);
    expect(repeated).toBeGreaterThan(5); // booked before their answer was lost
    expect(flaky).toEqual(plain);
    expect(flaky.loan).toMatchObject({ loan: "LIFE", status: "settled", drawn: "30000.00", openPrincipal: "0.00", openInterest: "0.00" });
  });
});

describe("nothing twice", () => {
  const repayment = (serial: string, principal: string) => ({
    loan: "SBX-L1",
    currency: "CNY" as const,
    valueDate: "2018-03-01",
    principal,
    serial,
  });

  it("given an answer that is lost after the booking, then the message is booked once, and the answer is the first one", async () => {
    await sandbox.post("/sandbox/reset");
    const began = await head();
    proxy.trouble = (nth) => (nth < 3 ? "lost" : "none");
    const outcome = await client(proxy.origin).send("repayments", repayment("N1", "100.00"));
    expect(outcome).toMatchObject({ kind: "booked", repeated: true, attempts: 4 });
    expect([await eventsSince(began), proxy.passed]).toEqual([["RepaymentReceived"], 4]);
  });

  it("given a hundred messages, ten at a time, on a line that loses a third of the answers, then a hundred are booked", async () => {
    const began = await head();
    proxy.trouble = (nth) => (nth % 3 === 1 ? "lost" : "none");
    const bank = client(proxy.origin, { retry: { baseMs: 2, pauseMsMax: 20, attemptsMax: 20 } });
    const amounts = Array.from({ length: 100 }, (_, index) => `${index + 1}.11`);
    for (let first = 0; first < amounts.length; first += 10) {
      const some = amounts.slice(first, first + 10);
      const outcomes = await Promise.all(some.map((amount) => bank.send("repayments", repayment(`H-${amount}`, amount))));
      expect(outcomes.every(({ kind }) => kind === "booked")).toBe(true);
    }
    expect((await eventsSince(began)).length).toBe(100);
    const { openPrincipal } = await client().loan("SBX-L1", { minPosition: await head() });
    expect(openPrincipal).toBe("44839.00"); // 50,000.00 − 100.00 − (5,050.00 + 11.00)
  });

  it("given a crash of the bank's own program, then the same key finishes it", async () => {
    const began = await head();
    proxy.trouble = () => "lost";
    const key = { idempotencyKey: "core-crash-1" };
    const lost = client(proxy.origin, { retry: { baseMs: 1, attemptsMax: 2 } }).send("repayments", repayment("C1", "77.00"), key);
    await expect(lost).rejects.toMatchObject({ name: "BankUnreachableError", outcome: "unknown", idempotencyKey: "core-crash-1" });
    expect(await client().send("repayments", repayment("C1", "77.00"), key)).toMatchObject({ kind: "booked", repeated: true });
    expect(await eventsSince(began)).toEqual(["RepaymentReceived"]);
  });

  it("given a suspected duplicate, then it is held and no error", async () => {
    expect(await client().send("repayments", repayment("C2", "77.00"))).toMatchObject({ kind: "held", sameAs: "C1" });
  });
});

describe("a bulk", () => {
  it("given 250 items of which one is wrong, on a line that loses the answer, then each has its outcome and is booked once", async () => {
    await sandbox.post("/sandbox/reset");
    const began = await head();
    proxy.trouble = (nth) => (nth === 0 ? "lost" : "none");
    const items = Array.from({ length: 250 }, (_, index) => ({
      message: "repayments" as const,
      body: {
        ...{ loan: "SBX-L1", currency: "CNY" as const, valueDate: "2018-03-01" },
        principal: index === 99 ? "90000.00" : `${index + 1}.00`,
        serial: `B${index}`,
      },
    }));
    const { items: outcomes, counts, position } = await client(proxy.origin).sendBulk(items, { idempotencyKey: "bulk-1" });
    expect(counts.refused).toBe(1);
    expect(counts.recorded + counts.repeated).toBe(249);
    expect(outcomes[99]).toMatchObject({ index: 99, status: "refused", faults: [{ code: "ABOVE_OPEN_PRINCIPAL" }] });
    expect((await eventsSince(began)).filter((type) => type === "RepaymentReceived")).toHaveLength(249);
    expect((await client().loan("SBX-L1", { minPosition: position })).openPrincipal).toBe("18725.00"); // 50,000 − (31,375 − 100)
    const all = client().sendBulk(
      items.slice(98, 101).map((one) => ({ ...one, body: { ...one.body, serial: `${one.body.serial}-all` } })),
      { mode: "all" },
    );
    await expect(all).rejects.toMatchObject({ code: "ABOVE_OPEN_PRINCIPAL", status: 422 });
  });
});

describe("errors", () => {
  const caught = (work: Promise<unknown>): Promise<BankApiError> =>
    work.then(
      () => expect.unreachable(),
      (error) => error,
    );
  const good = { loan: "SBX-L1", currency: "CNY" as const, valueDate: "2018-03-01", principal: "1.00", serial: "E1" };

  it("given a refusal, then it is typed, in both languages, and the field is named", async () => {
    const malformed = await caught(client().send("repayments", { ...good, principal: "1.005" }));
    expect(malformed).toBeInstanceOf(BankApiError);
    expect(malformed).toMatchObject({
      code: "AMOUNT_FORMAT",
      status: 400,
      outcome: "refused",
      fields: [{ path: "/principal", code: "AMOUNT_FORMAT" }],
    });
    for (const text of [malformed.zh, malformed.en, malformed.remedyZh, malformed.remedyEn]) expect(text.length).toBeGreaterThan(5);
    expect(malformed.correlation).toMatch(/^[\w-]{8,64}$/);
    expect(await caught(client().send("repayments", { ...good, principal: yuan("90000.00") }))).toMatchObject({
      code: "ABOVE_OPEN_PRINCIPAL",
      status: 422,
    });
    expect(await caught(client().send("repayments", { ...good, loan: "SBX-L4" }))).toMatchObject({
      code: "LOAN_NOT_DISBURSED",
      status: 404,
    });
    expect(await caught(client().loan("SBX-L4"))).toMatchObject({ code: "LOAN_NOT_IN_PORTFOLIO", status: 404 });
    expect(await caught(client(sandbox.origin, { keyId: "sandbox-b-1" }).loan("SBX-L1"))).toMatchObject({
      code: "SIGNATURE_INVALID",
      status: 401,
    });
  });

  it("given a clock that is wrong, then the error says by how much", async () => {
    const wrong = { now: () => Date.now() + 1_800_000, sleep: async () => undefined };
    const error = await caught(client(sandbox.origin, { clock: wrong }).loan("SBX-L1"));
    expect(error.code).toBe("SIGNATURE_EXPIRED");
    expect(Math.abs((error.clockAheadSeconds ?? 0) - 1_800)).toBeLessThan(30);
  });

  it("given a server that never answers, then the call ends at its deadline or last attempt", async () => {
    proxy.trouble = () => "silent";
    const bank = client(proxy.origin, { retry: { attemptMs: 30, baseMs: 50, pauseMsMax: 100 } });
    const error = await bank.send("repayments", good, { deadlineMs: 120 }).then(
      () => expect.unreachable(),
      (fault) => fault,
    );
    expect(error).toBeInstanceOf(BankDeadlineError);
    expect(error.outcome).toBe("unknown");
    expect(proxy.passed).toBe(0);
  });
});

describe("reads and files", () => {
  it("given pages of one loan each, then the walk finds every loan of the bank and no other's", async () => {
    const all = await Array.fromAsync(client().list("/bank/v1/loans", { limit: 1 }), ({ loan }) => loan);
    expect(all).toEqual(["SBX-B1-1", "SBX-L1", "SBX-L2", "SBX-L5"]);
    expect(await Array.fromAsync(client().list("/bank/v1/loans", { status: "overdue" }), ({ loan }) => loan)).toEqual(["SBX-L2"]);
    await client().waitForPosition(await head());
  });

  it("given a file on disk, then it is streamed, booked once, and its report names the bad row", async () => {
    const file = path.join(sandbox.home, "repayments.csv");
    writeFileSync(file, "贷款编号,还款日期,流水号,还款金额,本金\r\nSBX-L1,2018-03-01,FILE-1,,321.00\r\nSBX-L9,2018-03-01,FILE-2,,5.00\r\n");
    const options = { kind: "repayments", contentType: "text/csv" } as const;
    proxy.trouble = (nth) => (nth === 0 ? "lost" : "none");
    const sent = await client(proxy.origin).uploadFile(await openAsBlob(file), options);
    expect(sent).toMatchObject({ status: "partly", repeated: true });
    expect(await client().uploadFile(readFileSync(file), options)).toMatchObject({ status: "partly", repeated: true, sha256: sent.sha256 });
    expect(await client().fileResult(sent.sha256)).toMatchObject({ status: "partly" });
    const report = Buffer.from(await client().fileReport(sent.sha256)).toString("utf8");
    expect(report).toContain("FILE-1,,321.00,已入账");
    expect(report).toMatch(/FILE-2,,5\.00,未入账/);
    const none = await client().uploadFile(
      Buffer.from("贷款编号,还款日期,流水号,还款金额,本金\r\nSBX-L9,2018-03-01,FILE-3,,5.00\r\n"),
      options,
    );
    expect(none.status).toBe("refused");
  });

  it("given the example of the package, then it runs as it stands", async () => {
    await sandbox.post("/sandbox/reset");
    const example = path.resolve(import.meta.dirname, "../../../../packages/sdk/bank/examples/life-of-a-loan.ts");
    const run = promisify(execFile)(process.execPath, [example, sandbox.origin, path.join(sandbox.keys, `${keyId}.pem`)]);
    const { stdout } = await run;
    for (const line of [
      "disbursement: booked",
      "interest: booked",
      "repayment: booked",
      "refused: ABOVE_OPEN_PRINCIPAL",
      "open: 40000.00 + 0.00, performing",
      "overdue: SBX-L2 30000.00",
      "file: partly",
    ])
      expect(stdout).toContain(line);
  });
});
