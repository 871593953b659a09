import { describe, expect, it } from "vitest";
import { eventDocuments } from "./documents.ts";

/*
 * What is in an event stays for ever and is read by every service, so no event carries a datum of a person in clear (domain
 * 5.6): it is sealed, or it is an id. Every field of every event that could hold a text is decided here, by name. A new
 * field fails this test until somebody has decided: seal it, or add it below with its reason.
 */

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Field {
  readonly event: string;
  readonly name: string;
  readonly pattern: string | undefined;
}

/** Fields of a schema that hold a text which is neither fixed nor a date. */
function* textsIn(schema: Schema, event: string, name = ""): Generator<Field> {
  const { type, properties, patternProperties, items, anyOf, allOf } = schema;
  if (type === "string" && schema.const === undefined && schema.enum === undefined && !schema.format)
    yield { event, name, pattern: schema.pattern };
  for (const [key, inner] of Object.entries(properties ?? {})) yield* textsIn(inner, event, key);
  for (const inner of [...Object.values(patternProperties ?? {}), ...(items ? [items] : []), ...(anyOf ?? []), ...(allOf ?? [])])
    yield* textsIn(inner, event, name);
}

const isSealed = ({ pattern }: Field): boolean => pattern === "^sealed:";
/** Amounts, rates, hashes, months: a pattern that no name, address or free text fits, and no number of a person either. */
const isFigure = ({ pattern }: Field): boolean =>
  pattern !== undefined &&
  ["王建国", "13812345678", "410899195202290013", "6299994108990000011", "因病"].every((text) => !new RegExp(pattern, "u").test(text));

/** Names that speak of a person: sealed, but for these, each with its reason. */
const PERSONAL =
  /^number$|name|phone|mobile|idnumber|idcard|address|birth|cardno|account|cause|illness|disab|photo|payee|claimant|holder|contact|email|wechat/i;
const DECIDED: Readonly<Record<string, string>> = {
  "AssetRegistered.name": "an asset",
  "VillageRegistered.name": "a village",
  "EnterpriseRegistered.name": "an enterprise: its legal representative is not recorded",
  "PartyRegistered.name": "an organisation; of a natural person sealed (PARTY_NAME_NOT_SEALED)",
  "BankRegistered.name": "a bank",
  "BankClientRegistered.name": "a bank's program",
  "BankClientChanged.name": "a bank's program",
  "BankClientRegistered.addresses": "networks of a bank's servers",
  "BankClientChanged.addresses": "networks of a bank's servers",
  "StatementIssued.bankName": "a bank",
  "StatementIssued.phones": "telephones of the office, printed on every statement",
  "StatementIssued.holder": "personId under whose key the statement is sealed",
  "PublicityBoardsMade.phones": "telephones of the office, printed on every sheet",
  "BankAccountBound.holder": "personId",
  "BankAccountChanged.holder": "personId",
  "SubsidyPaid.account": "fingerprint of the account (HMAC)",
  "SubsidyPaymentReturned.account": "fingerprint of the account (HMAC)",
  "PayoutItemsSubmitted.account": "fingerprint of the account (HMAC), or `heir`",
  "FundAccountBound.number": "an account of the finance office itself",
  "StatementIssued.number": "number of the statement",
  "NoticeIssued.phones": "telephones of the office, printed on every notice",
  "NoticeIssued.number": "number of the notice",
  "NoticeRevoked.number": "number of the notice",
  "BankStatementLinesReceived.account": "an account of the finance office itself",
  "BankStatementReceived.account": "an account of the finance office itself",
  "PoolPayoutOrdered.accountsOf": "whose accounts are used: all, or a bank's number",
  "PoolPayoutOrdered.accountsNotOf": "a bank's number",
  "RepaymentReceived.namedLoan": "number of a loan",
  "RepaymentDuplicateReleased.namedLoan": "number of a loan",
  "IncomeAndExpenseTransferred.account": "a code of the chart of accounts",
  "RiskFundMoved.cause": "number of the event that moved it",
  "ObligorClaimChanged.cause": "number of the event that changed it",
  "EquityFundsMoved.cause": "number of the event that moved it",
  "PayoutItemsSubmitted.payee": "number of the heir's proof (公证书…号), no name",
  "PayoutBatchSubmitted.payee": "number of the heir's proof (公证书…号), no name",
  "UnclaimedTransferReversed.claimant": "number of the heir's proof (公证书…号), no name",
  "DonationSpent.payee": "the firm that was paid",
  "SubsidyClaimSubmitted.payee": "household or enterprise by number",
  "SubsidyAccrued.payee": "household or enterprise by number",
  "SubsidyAccrualReversed.payee": "household or enterprise by number",
  "SubsidyPaid.payee": "household or enterprise by number",
  "SubsidyPaymentReturned.payee": "household or enterprise by number",
  "SubsidyClawbackSetOff.payee": "household or enterprise by number",
};

/** What people write in words. ID, telephone and card numbers in them are refused at the edge (PERSONAL_DATA_IN_CLEAR); names are forbidden by the office's rules. */
const WORDS = `basis category claimFiled condition consent court decision detail difference dividendTerms document evidence
  exitTerms goods grade inspection is item items kind method minutes newPurpose note oldPurpose payDate place publicity purpose
  quantity reason relation rules sector source standard street summary text title unit use usedFor value was why`;

/** Numbers and codes by which things and people are referred to: a person only by the HMAC that is the personId. */
const REFERENCES = `after againstBank againstHousehold againstLoan againstVillage agreement amount asset bank batch book borrower
  breach by cap certificate checker claim client cnaps code command contractNo corrects correctsPeriod cost covered creditCode creditGroup
  creditGroups debtorStays desk district donation donor end endToEndId endpoint enterprise field fileHash from fund grant gross
  group guarantor hash head heirProof help helper honour household households id insurer into issuer key keyId level limit
  listHash loan loans loss maker makerRole match members message namedLoan net newHead newHousehold newLoan newPersonId
  newVillage number numberHash objection obligor of oldBorrower oldHead oldLoan open order own paidOn parcel partner party
  payoutBatch period person personId policy policyNumber pool prefix prepayment proposal publicKey quarter receiptNo ref
  reissueOf renewalOf repayer replaces report residueRule reversalSerial reverses reviewer roles run sameAs scope seal secret
  serial shares signedList signer sourceVillage splitFrom stake start statement status step streetCode surplus takenBack topUp
  topUpOf total trustee url validFrom validTo village witness workshop`;

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const KNOWN = new Set([...words(WORDS), ...words(REFERENCES)]);

/** Plain decimal texts without a pattern of their own, written by the product: totals, shares, percentages. */
const FIGURES =
  /amount|capacityKw|kwh|units|change|total|principal|interest|income|price|percent|rate|paid|reduced|rest|sum|balance|quota|standard|value|weight|shares|charge|cost|fee|surplus|income/i;

const fields: Field[] = [];
for (const [file, text] of await eventDocuments()) {
  const schema = JSON.parse(text) as Schema & { readonly title: string };
  expect(file).toContain(schema.title);
  fields.push(...textsIn(schema, schema.title));
}
const open = fields.filter((field) => !isSealed(field) && !isFigure(field));
const full = ({ event, name }: Field): string => `${event}.${name}`;

describe("personal data in event schemas", () => {
  it("given every event type, when its fields are walked, then what names a person is sealed or decided", () => {
    expect(fields.length).toBeGreaterThan(1_000);
    const undecided = open.filter((field) => PERSONAL.test(field.name) && DECIDED[full(field)] === undefined).map(full);
    expect([...new Set(undecided)], "seal these fields, or say in DECIDED why they are no personal data").toEqual([]);
  });

  it("given every event type, then each text is a reference, words that are guarded, or a figure", () => {
    const unknown = open.filter(({ name }) => !PERSONAL.test(name) && !KNOWN.has(name) && !FIGURES.test(name)).map(full);
    expect([...new Set(unknown)], "new fields: add their names to REFERENCES or WORDS, or seal them").toEqual([]);
  });

  it("given the fields that hold a person's data, then they are sealed wherever they occur", () => {
    const sealed = new Set(fields.filter(isSealed).map(full));
    for (const name of [
      ...["HouseholdRegistered", "MemberAdded"].flatMap((event) => ["name", "idNumber", "phone"].map((field) => `${event}.${field}`)),
      "HouseholdRegistered.cause",
      "ReturnedToPoverty.cause",
      "BankAccountBound.number",
      "BankAccountChanged.number",
      "PersonIdentityCorrected.value",
      "StatementIssued.basics",
    ])
      expect([name, sealed.has(name)]).toEqual([name, true]);
  });

  it("given a decision for a field that is gone, then it is taken out", () => {
    const present = new Set(open.map(full));
    expect(Object.keys(DECIDED).filter((name) => !present.has(name))).toEqual([]);
  });
});
