import { createHash, randomUUID } from "node:crypto";
import { bankMessages, needsCurrency } from "@huimin/service-bank-gateway";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, DISTRICT, LiveDistrict, send } from "./testing/live-district.ts";

/*
 * One bank tries everything on another bank's data. K1 has a loan of each model, a batch, a case, a payout, subsidies; K2 is
 * a bank in good standing with every scope. Whatever K2 sends or asks about K1's records, it gets the answer that it would
 * get if they did not exist, word for word, and nothing is recorded.
 */

const district = new LiveDistrict();
let owner: Pool;

/** K1's records; the mark is in each, so that an answer which shows one of them is found out. */
const MARK = "XONE";
const OWN = {
  loan: `${MARK}-L1`,
  enterpriseLoan: `${MARK}-L2`,
  pooledLoan: `${MARK}-L3`,
  batch: `${MARK}-B1`,
  ref: `${MARK}-C1`,
  payoutBatch: `${MARK}-P1`,
  donation: `${MARK}-D1`,
  enterprise: `${MARK}-E1`,
  obligor: "HH1",
};
/** The same ids without a record behind them. */
const NOBODYS = Object.fromEntries(Object.entries(OWN).map(([name, id]) => [name, id.replace(MARK, "YTWO")])) as typeof OWN;

const contract = { contractDate: "2017-02-20", annualRate: "4.75", yearBase: 360, due: "2020-02-22", penaltySurcharge: "50" } as const;
const terms = { ...contract, method: "interest-only-then-bullet" };
const of = { household: "HH1", bank: "K1", village: "410803009204" };

/** A fact of K1 as it stands in the log: what brought it there is not the question here. */
async function fact(stream: string, type: string, payload: object): Promise<void> {
  const id = randomUUID();
  const event = {
    ...{ eventId: id, type, schemaVersion: 1, valueDate: "2017-02-22", recordedAt: "2017-02-22T10:00:00.000+08:00", period: "2017-02" },
    ...{ actor: "bank:K1", role: "BANK", channel: "bank-api" as const, commandId: id, correlationId: id, payload },
  };
  const writes = [{ stream, bank: "K1", expect: { kind: "any" as const }, events: [event] }];
  await district.platform.store.append(DISTRICT, { writes, asserts: [], keys: [], answer: {} });
}

async function factsOfK1(): Promise<void> {
  const drawn = { ...of, creditGroup: "HH1", borrower: district.borrower, amount: "20000.00", ...terms };
  await fact(`loan/${OWN.loan}`, "LoanDisbursed", { ...drawn, loan: OWN.loan, serial: "D1" });
  const enterprise = { enterprise: OWN.enterprise, bank: "K1", amount: "20000.00", ...terms, floating: true };
  await fact(`loan/${OWN.enterpriseLoan}`, "EnterpriseLoanDisbursed", { ...enterprise, loan: OWN.enterpriseLoan, serial: "D2" });
  const pooled = { ...drawn, batch: OWN.batch, enterprise: OWN.enterprise };
  await fact(`loan/${OWN.pooledLoan}`, "LoanDisbursed", { ...pooled, loan: OWN.pooledLoan, serial: "D3" });
  await fact(`batch/${OWN.batch}`, "BatchProposed", { batch: OWN.batch, enterprise: OWN.enterprise, bank: "K1", cap: "100000.00" });
  const claimed = { loan: OWN.loan, principal: "20000.00", interest: "1.00", due: "2017-02-22", daysOverdue: 90 };
  const weights = { fund: 7, bank: 3 };
  await fact(`compensation/${OWN.ref}`, "CompensationApplied", {
    ref: OWN.ref,
    bank: "K1",
    obligor: "HH1",
    model: 3,
    loans: [claimed],
    weights,
  });
  const subject = { loan: OWN.loan, ...of, model: 3 };
  const settlement = { from: "2017-01-01", toExcl: "2017-02-01", interest: "10.00", subsidy: "10.00" };
  await fact(`subsidy/${OWN.loan}`, "SubsidyAccrued", {
    ...subject,
    payee: "HH1",
    claim: "2017Q1",
    settlements: [settlement],
    amount: "10.00",
  });
  await fact(`subsidy/${OWN.loan}`, "SubsidyPaid", { ...subject, payee: "HH1", amount: "4.00" });
}

// biome-ignore lint/suspicious/noExplicitAny: schemas of every command
type Schema = any;
/** A value for a field of a message: the given ids where it names a record, and something that fits everywhere else. */
function fieldOf(name: string, schema: Schema, ids: typeof OWN): unknown {
  if (name in ids) return ids[name as keyof typeof OWN];
  if (name === "newLoan") return "L-new";
  if (name === "bank") return "K2";
  if (name === "household" || name === "payee") return "HH1";
  if (name === "number") return "6222021708000000003";
  if (schema.anyOf) return fieldOf(name, schema.anyOf[0], ids);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.type === "array")
    return [name === "loans" && schema.items.type === "string" ? ids.pooledLoan : fieldOf("item", schema.items, ids)];
  if (schema.type === "object") return objectOf(schema, ids);
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  if (schema.type === "boolean") return true;
  if (name === "toExcl" || name === "interestToExcl") return "2017-03-01";
  if (/date$|due$|from$|validTo/i.test(name) || schema.format === "date") return "2017-02-25";
  if (name === "quarter") return "2017Q1";
  if (/^(serial|reversalSerial)$/.test(name)) return name === "serial" ? "D1" : `V-${randomUUID().slice(0, 8)}`;
  if (/rate|kwh/i.test(name)) return "4.75";
  if (schema.pattern?.includes("[0-9a-f]")) return "0".repeat(64);
  return /amount|principal|interest|total|gross|cost|loss|cap|limit|price|deductible|penalty/i.test(name) ? "10.00" : "S1";
}

const objectOf = (schema: Schema, ids: typeof OWN): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries<Schema>(schema.properties)
      .filter(([name]) => schema.required?.includes(name) || ["principal", "amount", "obligor"].includes(name))
      .map(([name, field]) => [name, fieldOf(name, field, ids)]),
  );

type Message = (typeof bankMessages)[number];
const schemaOf = (message: Message): Schema => (message as { plain?: { schema: Schema } }).plain?.schema ?? message.definition.schema;
/** Names of K1's records that a message carries. */
const named = (body: object): boolean => JSON.stringify(body).includes(MARK);

function bodyOf(message: Message, ids: typeof OWN, change: object = {}): Record<string, unknown> {
  const body: Record<string, unknown> = { ...objectOf(schemaOf(message), ids), ...change };
  // A reversal states what it takes back as a negative amount, or not at all.
  if (message.path.endsWith("reversals")) for (const name of ["principal", "amount"]) delete body[name];
  if (message.path.startsWith("enterprise-")) body.loan = ids.enterpriseLoan;
  if (needsCurrency(message.definition)) body.currency = "CNY";
  // Serials of its own: the same serial twice would be answered for that.
  if (body.serial !== undefined && !message.path.includes("reversal")) body.serial = `K2-${message.path}-${randomUUID().slice(0, 8)}`;
  return body;
}

/** An answer without what differs anyway, and with K1's ids in place of the ones that are nobody's. */
const compared = ({ status, body }: Answer) => {
  const text = JSON.stringify({ status, body: { ...body, instance: undefined } });
  return text.replaceAll("YTWO", MARK).replace(/(K2-[a-z-]+-|V-)[0-9a-f]{8}/g, "$1");
};
const k2 = (path: string, body: unknown): Promise<Answer> => district.bank(path, body, { keyId: "k2" });

/** Versions of everything that is K1's. */
async function versionsOfK1(): Promise<unknown> {
  const { rows } = await owner.query("SELECT stream, version, bank FROM log.stream_head WHERE district = $1 AND bank = 'K1' ORDER BY 1", [
    DISTRICT,
  ]);
  return rows;
}

beforeAll(async () => {
  await district.start();
  owner = new Pool({ connectionString: district.platform.databaseUrl });
  await factsOfK1();
  await district.platform.projector.drain();
});
afterAll(async () => {
  await owner.end();
  await district.stop();
});

describe("one bank tries everything on another bank's data", () => {
  // Messages that name a record which some bank has. The others are about the sender's own business or the district's.
  const naming = bankMessages.filter((message) => named(bodyOf(message, OWN)));
  /** A number that is taken is taken for every bank: the one thing that can be found out. */
  const TAKEN = ["loan-applications", "enterprise-disbursements"];

  it("means most messages, and those that name no record of a bank are known", () => {
    const others = bankMessages.filter((message) => !naming.includes(message)).map(({ path }) => path);
    expect(others.sort()).toEqual(
      [
        ...["asset-income", "bank-account-bindings", "bank-account-changes", "bank-account-closures", "credit-ratings"],
        ...["dividend-receipt-reversals", "insurance-claims", "insurance-payment-reversals", "insurance-payments"],
        ...["loss-recoveries", "risk-fund-interest", "risk-fund-interest-reversals"],
        ...["wrong-payout-recoveries", "wrong-payout-recovery-reversals"],
      ].filter((path) => others.includes(path)),
    );
  });

  it.each(naming.map((message) => [message.path, message] as const))("%s: is answered as if there were nothing", async (path, message) => {
    const before = await versionsOfK1();
    const head = await district.platform.store.head(DISTRICT);
    const loans: readonly (keyof typeof OWN)[] =
      message.path.startsWith("enterprise-") || !("loan" in schemaOf(message).properties)
        ? ["loan"]
        : ["loan", "enterpriseLoan", "pooledLoan"];
    for (const kind of loans) {
      const bodies = [OWN, NOBODYS].map((ids) => bodyOf(message, ids, kind === "loan" ? {} : { loan: ids[kind] }));
      const [tried, unknown] = [await k2(path, bodies[0]), await k2(path, bodies[1])];
      expect(tried.status, JSON.stringify(tried.body)).toBeGreaterThanOrEqual(400);
      expect(tried.status).toBeLessThan(500);
      expect(["FIELD_MISSING", "FIELD_INVALID", "AMOUNT_FORMAT", "IDEMPOTENCY_KEY_CONFLICT"]).not.toContain(tried.body.code);
      if (TAKEN.includes(path)) expect(["LOAN_NUMBER_TAKEN", unknown.body.code]).toContain(tried.body.code);
      else expect(compared(tried)).toBe(compared(unknown));
      expect(tried.body.code).not.toMatch(/OTHER_BANK/);
    }
    expect(await versionsOfK1()).toEqual(before);
    expect(await district.platform.store.head(DISTRICT)).toBe(head);
  });

  it("in a bulk, item by item and all or nothing: the same", async () => {
    const before = await versionsOfK1();
    const item = (loan: string) => ({
      message: "repayments",
      body: { currency: "CNY", loan, valueDate: "2017-03-01", serial: `K2-${randomUUID()}`, principal: "1.00" },
    });
    const items = (ids: typeof OWN) => [ids.loan, ids.enterpriseLoan, ids.pooledLoan].map(item);
    for (const mode of ["each", "all"]) {
      const tried = await k2("bulk", { mode, items: items(OWN) });
      const unknown = await k2("bulk", { mode, items: items(NOBODYS) });
      const stripped = (answer: Answer) => JSON.parse(compared(answer).replaceAll(/"position":\d+,?/g, ""));
      expect(stripped(tried)).toEqual(stripped(unknown));
      expect(JSON.stringify(tried.body)).toContain("LOAN_NOT_DISBURSED");
    }
    expect(await versionsOfK1()).toEqual(before);
  });

  it("in a file: the same", async () => {
    const before = await versionsOfK1();
    const header = "流水号,贷款编号,业务发生日,还本金额,还息金额,罚息金额";
    const template = await (await fetch(`${district.origin}/bank/v1/file-templates/repayments`)).text();
    const columns = template.replace("\uFEFF", "").split(/\r?\n/)[0]?.split(",") ?? header.split(",");
    const row = (loan: string) =>
      columns.map((name) =>
        /流水|serial/.test(name)
          ? `K2-${randomUUID().slice(0, 8)}`
          : /贷款|loan/.test(name)
            ? loan
            : /日|date/i.test(name)
              ? "2017-03-01"
              : /本金|principal/.test(name)
                ? "1.00"
                : "",
      );
    const upload = async (loan: string) => {
      const file = `${columns.join(",")}\n${row(loan).join(",")}\n`;
      const url = `${district.origin}/bank/v1/files?kind=repayments`;
      const headers = district.signedHeaders("k2", "POST", url, { "content-type": "text/csv" }, file, randomUUID());
      const sent = await send("POST", url, headers, file);
      return { ...sent, body: { status: sent.body.status, faults: sent.body.faults } };
    };
    expect(compared(await upload(OWN.loan))).toBe(compared(await upload(NOBODYS.loan)));
    expect(await versionsOfK1()).toEqual(before);
  });

  it("every question: lists show nothing of K1, and one record is answered as if there were none", async () => {
    type Operation = { readonly parameters?: readonly { readonly in: string; readonly name: string }[] };
    type Document = { readonly paths: Readonly<Record<string, Record<string, Operation>>> };
    const document = (await (await fetch(`${district.origin}/openapi.json`)).json()) as Document;
    const asked: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      if (!path.startsWith("/bank/v1") || !operations.get || path.includes("file-templates")) continue;
      const url = (ids: typeof OWN) =>
        path.slice("/bank/v1".length).replace(/\{(\w+)\}/g, (_, name: string) => {
          const known: Record<string, string> = {
            serial: "D1",
            quarter: "2017Q1",
            desk: "1002.03-K1",
            sha256: createHash("sha256").update("x").digest("hex"),
          };
          return ids[name as keyof typeof OWN] ?? known[name] ?? (ids === OWN ? `${MARK}-x` : "YTWO-x");
        });
      const [tried, unknown] = [await district.bankRead(url(OWN), "k2"), await district.bankRead(url(NOBODYS), "k2")];
      expect([200, 404], `${path}: ${JSON.stringify(tried.body)}`).toContain(tried.status);
      expect(compared(tried), path).toBe(compared(unknown));
      if (!url(OWN).includes(MARK)) expect(JSON.stringify(tried.body), path).not.toContain(MARK);
      asked.push(path);
    }
    expect(asked.length).toBeGreaterThan(15);
    // K1 itself sees them: the same questions, another key.
    expect((await district.bankRead(`/loans/${OWN.loan}`)).body).toMatchObject({ loan: OWN.loan, openPrincipal: "20000.00" });
    expect(JSON.stringify((await district.bankRead("/loans")).body)).toContain(OWN.enterpriseLoan);
    expect((await district.bankRead(`/loans/${OWN.loan}/messages`)).body.items).toHaveLength(1);
  });

  it("every filter of the list of loans: nothing", async () => {
    for (const query of [
      `household=HH1`,
      `enterprise=${OWN.enterprise}`,
      `batch=${OWN.batch}`,
      "status=performing",
      "village=410803009204",
    ])
      expect((await district.bankRead(`/loans?${query}`, "k2")).body, query).toMatchObject({ items: [] });
  });

  it("other ways in: K1's webhooks, its answers by key and serial, its files", async () => {
    const serial = { currency: "CNY", loan: OWN.loan, valueDate: "2017-03-01", serial: `${MARK}-S1`, principal: "1.00" };
    const own = await district.bank("repayments", serial, { key: `${MARK}-key` });
    expect(own.status).toBe(201);
    for (const address of [`/messages/${MARK}-S1`, `/idempotency-keys/${MARK}-key`]) {
      expect((await district.bankRead(address)).status, address).toBe(200);
      const [tried, unknown] = [await district.bankRead(address, "k2"), await district.bankRead(address.replace(MARK, "YTWO"), "k2")];
      expect([tried.status, compared(tried)], address).toEqual([404, compared(unknown)]);
    }
    for (const what of ["test", "resumption"])
      expect((await k2(`webhooks/${MARK}-hook/${what}`, undefined as never)).status, what).toBeGreaterThanOrEqual(400);
  });

  it("the office sees that it was tried, without anything of the messages", async () => {
    const office = await district.signIn("security-desk", "FOF");
    const failures = await district.person(office, "GET", "/bank-clients/security-failures?limit=500");
    const tried = failures.body.items.filter((one: { code: string }) => one.code === "OTHER_BANKS_RECORD");
    expect(tried.length).toBeGreaterThan(20);
    expect(tried.every((one: { bank: string }) => one.bank === "K2")).toBe(true);
    expect(JSON.stringify(failures.body)).not.toContain(MARK);
  });
});

describe("the database by itself, with the gateway's role", () => {
  /** What the role may read that is of no bank, each for its reason. */
  const NOT_OF_BANKS: Readonly<Record<string, string>> = {
    "log.head": "one number",
    "log.append_grant": "rights of roles",
    "signing.nonce": "random numbers by key id",
    "bank_gateway.quota": "counted for every client by the process that is open to all of them",
    "bank_gateway.security_failure": "written for every sender by the same process; shown to the office",
    "projector.checkpoint": "how far the read models are",
    "projector.projection": "versions of the read models",
  };

  it("reads nothing that row-level security does not keep to one bank", async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT c.relrowsecurity
         AND has_table_privilege('huimin_bank_gateway', c.oid, 'SELECT') ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name).filter((name) => !(name in NOT_OF_BANKS))).toEqual([]);
  });

  it("has no right to pass row-level security, and owns nothing", async () => {
    const { rows } = await owner.query("SELECT rolbypassrls, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'huimin_bank_gateway'");
    expect(rows).toEqual([{ rolbypassrls: false, rolsuper: false, rolcreaterole: false }]);
    const owned = await owner.query("SELECT 1 FROM pg_class WHERE pg_get_userbyid(relowner) = 'huimin_bank_gateway'");
    expect(owned.rowCount).toBe(0);
  });

  it("given K2's transaction, when every table is read in full, then nothing of K1 is there", async () => {
    const { rows: tables } = await owner.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND has_table_privilege('huimin_bank_gateway', c.oid, 'SELECT')`,
    );
    expect(tables.length).toBeGreaterThanOrEqual(5);
    const gateway = new Pool({ connectionString: district.platform.databaseUrl, options: "-c role=huimin_bank_gateway", max: 1 });
    const client = await gateway.connect();
    try {
      await client.query(`BEGIN; SELECT set_config('huimin.district', '${DISTRICT}', true), set_config('huimin.bank', 'K2', true)`);
      for (const { name } of tables) {
        const { rows } = await client.query(`SELECT t::text AS row FROM ${name} AS t`);
        expect(
          rows.filter(({ row }) => row.includes(MARK) && !row.includes("bank:K2")),
          name,
        ).toEqual([]);
      }
      await client.query("ROLLBACK");
      const { rows } = await client.query("SELECT count(*)::int AS n FROM bank_portfolio.loan");
      expect(rows).toEqual([{ n: 0 }]); // without a bank, no bank's rows
    } finally {
      client.release();
      await gateway.end();
    }
  });

  it("given K2's message that the rules would have let through, then the log itself refuses to write to K1's loan", async () => {
    const head = await district.platform.store.head(DISTRICT);
    const mayDoAnything = {
      name: "BrokenRule",
      schema: {},
      roles: ["BANK" as const],
      postsInBookG: false,
      // biome-ignore lint/correctness/useYield: it forgets to look at the loan
      *run() {
        const event = { type: "RepaymentReceived", valueDate: "2017-03-01", payload: { bank: "K2", loan: OWN.loan } };
        return {
          ok: true as const,
          value: { writes: [{ stream: `loan/${OWN.loan}`, events: [event], expect: "any" as const }], answer: {} },
        };
      },
    };
    for (const handler of [district.platform.handler, district.platform.table.handlerOf("RecordRepayment")])
      expect(await handler.execute(mayDoAnything, {}, { actor: "bank:K2", role: "BANK", channel: "bank-api" })).toMatchObject({
        kind: "refused",
        refusal: { code: "BANK_RECORD_NOT_OWN" },
      });
    expect(await district.platform.store.head(DISTRICT)).toBe(head);
  });
});
