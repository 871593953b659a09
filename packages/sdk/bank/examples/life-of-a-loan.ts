/*
 * 一笔贷款的一生 / The life of a loan against a sandbox (`npm start -- --sandbox`):
 *
 *   node packages/sdk/bank/examples/life-of-a-loan.ts http://127.0.0.1:8080 .huimin/sandbox/keys/sandbox-a-1.pem
 *
 * Pays out the approved loan SBX-L3, settles and pays its first interest, takes a repayment, asks for what is open, and sends
 * a file of two repayments of which one is wrong.
 */
import { readFile } from "node:fs/promises";
import { BankApiError, createBankClient, yuan } from "@huimin/sdk-bank";

const [baseUrl = "http://127.0.0.1:8080", keyFile = ".huimin/sandbox/keys/sandbox-a-1.pem"] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const bank = createBankClient({ baseUrl, keyId: "sandbox-a-1", privateKey: await readFile(keyFile, "utf8") });
const of = { loan: "SBX-L3", currency: "CNY" } as const;

// 放款. The key is our own transaction number: after a crash the same message goes out again under it.
const drawn = await bank.send(
  "disbursements",
  { ...of, household: "SBX-H3", valueDate: "2018-03-01", serial: "EX-D1", amount: yuan("50000.00") },
  { idempotencyKey: "core-2018-0001" },
);
say(`disbursement: ${drawn.kind}, position ${drawn.position}`);

// 结息: 50,000.00 at 4.75 % for 19 days of a year of 360: the ledger computes the same, or refuses.
await fetch(`${baseUrl}/sandbox/clock`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ to: "2018-03-21" }),
});
const settlement = { ...of, valueDate: "2018-03-20", from: "2018-03-01", toExcl: "2018-03-20", amount: yuan("125.35"), serial: "EX-I1" };
say(`interest: ${(await bank.send("interest-settlements", settlement)).kind}`);
say(`paid: ${(await bank.send("interest-payments", { ...of, valueDate: "2018-03-20", amount: yuan("125.35"), serial: "EX-P1" })).kind}`);

// 还款, and one that is more than is open.
const repaid = await bank.send("repayments", { ...of, valueDate: "2018-03-21", principal: yuan(1_000_000n), serial: "EX-R1" });
say(`repayment: ${repaid.kind}`);
try {
  await bank.send("repayments", { ...of, valueDate: "2018-03-21", principal: yuan("99999.00"), serial: "EX-R2" });
} catch (error) {
  if (!(error instanceof BankApiError)) throw error;
  say(`refused: ${error.code}. ${error.remedyZh} ${error.remedyEn}`);
}

// 查询: named by its position, the read sees the repayment.
const { openPrincipal, openInterest, status } = await bank.loan("SBX-L3", { minPosition: repaid.position });
say(`open: ${openPrincipal} + ${openInterest}, ${status}`);
for await (const { loan, openPrincipal: principal } of bank.list("/bank/v1/loans", { status: "overdue" }))
  say(`overdue: ${loan} ${principal}`);

// 文件: the good row is booked, the report says what is wrong with the other.
const file = Buffer.from(
  ["贷款编号,还款日期,流水号,还款金额,本金", "SBX-L3,2018-03-21,EX-R3,,500.00", "SBX-L3,2018-03-21,EX-R4,,88888.00", ""].join("\r\n"),
);
const sent = await bank.uploadFile(file, { kind: "repayments", contentType: "text/csv" });
say(`file: ${sent.status}`);
say(
  Buffer.from(await bank.fileReport(sent.sha256))
    .toString("utf8")
    .trim(),
);
