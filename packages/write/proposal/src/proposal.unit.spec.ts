import { type CommandDefinition, load, type Role, SpecificationLog } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import { approveProposal, proposeCommand, rejectProposal, WithdrawProposal } from "./commands.ts";
import { proposalFold, proposalStream } from "./events.ts";
import { personalDataInClear } from "./personal-data.ts";

/** A till that may not go below zero: enough of a command to see when it is decided. */
const count = { initialState: 0, evolve: (total: number, event: { payload: { add: number } }) => total + event.payload.add };
const Add: CommandDefinition<{ add: number }> = {
  name: "Add",
  schema: {},
  roles: ["FIN-M", "FIN-R"],
  postsInBookG: true,
  *run(command) {
    const till = yield* load("till/1", count as never);
    if ((till.state as number) + command.add < 0) return refuse("BELOW_ZERO");
    return ok({
      writes: [{ stream: "till/1", events: [{ type: "Added", valueDate: "2018-01-01", payload: command }] }],
      answer: { add: command.add },
    });
  },
};
const AddByOffice: CommandDefinition<{ add: number }> = { ...Add, name: "AddByOffice", checkerRoles: ["POV", "FOF"] };
const find = (name: string) => [Add, AddByOffice].find((definition) => definition.name === name);
const Propose = proposeCommand(find);
const Approve = approveProposal(find);
const Reject = rejectProposal(find);

const person = (actor: string, role: Role) => ({ actor, role });
const maker = person("u-maker", "FIN-M");
const checker = person("u-checker", "FIN-R");
const proposed = { proposal: "P1", command: "Add", body: { add: 5 }, summary: "五元" };

const givenProposal = (over: Partial<typeof proposed> = {}) => {
  const log = new SpecificationLog();
  const result = log.execute(Propose, { ...proposed, ...over }, maker);
  expect(result.ok).toBe(true);
  return log;
};
const stateOf = (log: SpecificationLog) =>
  (log.streams.get(proposalStream("P1")) ?? []).reduce(proposalFold.evolve, proposalFold.initialState);
const types = (log: SpecificationLog) => log.all.map((event) => event.type);

describe("ProposeCommand 制单", () => {
  it("stores the command and shows what it would give", () => {
    const log = new SpecificationLog();
    const result = log.execute(Propose, proposed, maker);
    expect(result).toMatchObject({ ok: true, value: { answer: { proposal: "P1", status: "open", preview: { add: 5 } } } });
    expect(types(log)).toEqual(["CommandProposed"]);
    expect(stateOf(log)).toEqual({ status: "open", ...proposed, maker: "u-maker", makerRole: "FIN-M" });
  });

  it("refuses what the command refuses, at once", () => {
    expect(new SpecificationLog().decide(Propose, { ...proposed, body: { add: -1 } }, maker)).toMatchObject({
      ok: false,
      refusal: { code: "BELOW_ZERO" },
    });
  });

  it("refuses a number that is taken", () => {
    expect(givenProposal().decide(Propose, proposed, maker)).toMatchObject({ ok: false, refusal: { code: "PROPOSAL_EXISTS" } });
  });

  it("refuses a role that may not give the command", () => {
    expect(new SpecificationLog().decide(Propose, proposed, person("u", "VIL"))).toMatchObject({
      ok: false,
      refusal: { code: "MAKER_ROLE_REQUIRED" },
    });
  });

  it("refuses an unknown command", () => {
    expect(new SpecificationLog().decide(Propose, { ...proposed, command: "Nope" }, maker)).toMatchObject({
      ok: false,
      refusal: { code: "COMMAND_UNKNOWN" },
    });
  });

  it.each([
    ["an ID number", { add: 5, note: "户主 410899198710050028" }, "/body/note"],
    ["a phone", { add: 5, contact: { phone: "13800000000" } }, "/body/contact/phone"],
    ["a card in a list", { add: 5, items: [{ cardNumber: "6299994108990000011" }] }, "/body/items/0/cardNumber"],
  ])("refuses %s in clear", (_, body, path) => {
    expect(new SpecificationLog().decide(Propose, { ...proposed, body }, maker)).toMatchObject({
      ok: false,
      refusal: { code: "PERSONAL_DATA_IN_CLEAR", path },
    });
  });

  it("refuses an ID number in the summary, and a body over a megabyte", () => {
    const log = new SpecificationLog();
    expect(log.decide(Propose, { ...proposed, summary: "41089919760404018X" }, maker)).toMatchObject({
      ok: false,
      refusal: { path: "/summary" },
    });
    expect(log.decide(Propose, { ...proposed, body: { add: 1, text: "x".repeat(1_048_576) } } as never, maker)).toMatchObject({
      ok: false,
      refusal: { code: "PROPOSAL_TOO_LARGE" },
    });
  });

  it("finds telephone and card numbers in sentences, and takes a serial for a serial", () => {
    expect(personalDataInClear({ note: "电话13812345678" })).toBe("/note");
    expect(personalDataInClear({ list: [{ reason: "卡号6299994108990000011未激活" }] })).toBe("/list/0/reason");
    expect(personalDataInClear({ serial: "13812345678", reason: "流水6299994108990000012", amount: "13812345678.00" })).toBeUndefined();
  });

  it("accepts sealed fields and numbers that are no ID number", () => {
    expect(
      personalDataInClear({ phone: "sealed:abc", serial: "410899198710050029", amount: "12.00", list: [1, null, true] }),
    ).toBeUndefined();
  });
});

describe("ApproveProposal 审核", () => {
  const approving = { proposal: "P1", checker: "u-checker", checkerRole: "FIN-R" };

  it("appends the approval and the command's events together", () => {
    const log = givenProposal();
    const result = log.execute(Approve, approving, maker);
    expect(result).toEqual({
      ok: true,
      value: {
        writes: [
          {
            stream: "proposal/P1",
            events: [{ type: "ProposalApproved", valueDate: "2018-01-01", payload: { proposal: "P1", checker: "u-checker" } }],
          },
          { stream: "till/1", events: [{ type: "Added", valueDate: "2018-01-01", payload: { add: 5 } }] },
        ],
        answer: { add: 5 },
      },
    });
    expect(stateOf(log)).toMatchObject({ status: "approved", checker: "u-checker" });
  });

  it("refuses the maker as checker, in whatever role", () => {
    const log = givenProposal();
    expect(log.decide(Approve, { ...approving, checker: "u-maker" }, maker)).toMatchObject({ ok: false, refusal: { code: "SAME_PERSON" } });
  });

  it("refuses a role that may not check", () => {
    expect(givenProposal().decide(Approve, { ...approving, checkerRole: "FIN-C" }, maker)).toMatchObject({
      ok: false,
      refusal: { code: "CHECKER_ROLE_REQUIRED" },
    });
  });

  it("takes the checker's role from the command where it names one", () => {
    const log = givenProposal({ command: "AddByOffice" });
    expect(log.decide(Approve, approving, maker)).toMatchObject({
      ok: false,
      refusal: { code: "CHECKER_ROLE_REQUIRED", details: { required: "POV, FOF" } },
    });
    expect(log.decide(Approve, { ...approving, checkerRole: "FOF" }, maker)).toMatchObject({ ok: true });
  });

  it("decides a proposal once", () => {
    const log = givenProposal();
    log.execute(Approve, approving, maker);
    for (const attempt of [
      log.decide(Approve, approving, maker),
      log.decide(Reject, { proposal: "P1", reason: "x" }, checker),
      log.decide(WithdrawProposal, { proposal: "P1", reason: "x" }, maker),
    ]) {
      expect(attempt).toMatchObject({ ok: false, refusal: { code: "PROPOSAL_ALREADY_DECIDED", details: { status: "approved" } } });
    }
  });

  it("decides the command anew: what became wrong while it waited is refused, and it stays open", () => {
    const log = new SpecificationLog().record("till/1", [{ type: "Added", valueDate: "2018-01-01", payload: { add: 3 } }]);
    log.execute(Propose, { ...proposed, body: { add: -3 } }, maker);
    log.record("till/1", [{ type: "Added", valueDate: "2018-01-01", payload: { add: -1 } }]);
    expect(log.execute(Approve, approving, maker)).toMatchObject({ ok: false, refusal: { code: "BELOW_ZERO" } });
    expect(stateOf(log).status).toBe("open");
  });

  it("refuses an unknown proposal", () => {
    expect(new SpecificationLog().decide(Approve, approving, maker)).toMatchObject({ ok: false, refusal: { code: "PROPOSAL_UNKNOWN" } });
  });

  it("throws when it would be recorded under another name than the maker's", () => {
    expect(() => givenProposal().decide(Approve, approving, checker)).toThrow(/under its maker/);
  });
});

describe("RejectProposal 驳回, WithdrawProposal 撤回", () => {
  it("is rejected by a second person, with a reason", () => {
    const log = givenProposal();
    expect(log.execute(Reject, { proposal: "P1", reason: "凭证不全" }, checker)).toMatchObject({
      ok: true,
      value: { answer: { status: "rejected" } },
    });
    expect(stateOf(log)).toMatchObject({ status: "rejected", checker: "u-checker", reason: "凭证不全" });
  });

  it("refuses a rejection by the maker, by a wrong role, with personal data, of nothing", () => {
    const log = givenProposal();
    const rejecting = { proposal: "P1", reason: "x" };
    expect(log.decide(Reject, rejecting, person("u-maker", "FIN-R"))).toMatchObject({ ok: false, refusal: { code: "SAME_PERSON" } });
    expect(log.decide(Reject, rejecting, person("u-2", "VIL"))).toMatchObject({ ok: false, refusal: { code: "CHECKER_ROLE_REQUIRED" } });
    expect(log.decide(Reject, { ...rejecting, reason: "410899199912311235" }, checker)).toMatchObject({
      ok: false,
      refusal: { code: "PERSONAL_DATA_IN_CLEAR" },
    });
    expect(log.decide(Reject, { proposal: "P2", reason: "x" }, checker)).toMatchObject({
      ok: false,
      refusal: { code: "PROPOSAL_UNKNOWN" },
    });
  });

  it("is withdrawn by its maker only", () => {
    const log = givenProposal();
    expect(log.decide(WithdrawProposal, { proposal: "P1", reason: "x" }, checker)).toMatchObject({
      ok: false,
      refusal: { code: "NOT_THE_MAKER" },
    });
    expect(log.decide(WithdrawProposal, { proposal: "P9", reason: "x" }, maker)).toMatchObject({
      ok: false,
      refusal: { code: "PROPOSAL_UNKNOWN" },
    });
    log.execute(WithdrawProposal, { proposal: "P1", reason: "重复" }, maker);
    expect(stateOf(log)).toMatchObject({ status: "withdrawn", reason: "重复" });
  });
});
