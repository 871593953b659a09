import type { Role } from "@huimin/decider";
import { approveProposal, checkerRolesOf } from "@huimin/proposal";
import type { Platform } from "../platform.ts";

/** The people of the demo's office; the last one is the second person (审核人) for everything that posts in book G. */
const STAFF: readonly (readonly [login: string, displayName: string, roles: readonly Role[]])[] = [
  ["zhidan", "制单员", ["FIN-M"]],
  ["shenhe", "审核员", ["FIN-R"]],
  ["chuna", "出纳", ["FIN-C"]],
  ["fupin", "扶贫办", ["POV"]],
  ["jinrong", "金融办", ["FOF"]],
  ["banshichu", "街道办", ["OFFICE"]],
  ["cunwei", "村委", ["VIL"]],
  ["qiye", "企业经办", ["ENT"]],
  ["baoxian", "保险经办", ["INS"]],
  ["zhuguan", "主管", ["FIN-R"]],
];

/** What the office records, through the same commands and proposals as its screens. */
export class DemoOffice {
  readonly #platform: Platform;
  readonly #ids = new Map<Role, string>();
  #checker = "";
  #messages = 0;
  proposals = 0;

  private constructor(platform: Platform) {
    this.#platform = platform;
  }

  static async open(platform: Platform): Promise<DemoOffice> {
    const office = new DemoOffice(platform);
    for (const [login, displayName, roles] of STAFF) {
      const { user } = await platform.people.create({ login, displayName, roles, administrator: false }, "demo");
      for (const role of roles) if (!office.#ids.has(role)) office.#ids.set(role, user.id);
      office.#checker = user.id;
    }
    return office;
  }

  /** User id of whoever acts in a role. */
  personOf(role: Role): string {
    const id = this.#ids.get(role);
    if (!id) throw new Error(`nobody in the demo's office has the role ${role}`);
    return id;
  }

  /** Gives a command; what posts in book G is proposed by one person and approved by another. Returns its answer. */
  async give(
    name: string,
    body: Readonly<Record<string, unknown>>,
    role: Role,
    more: { readonly period?: string } = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const { table, app, handler } = this.#platform;
    const definition = table.find(name);
    if (!definition) throw new Error(`the product has no command ${name}`);
    const actor = this.personOf(role);
    const correlationId = `office-${++this.#messages}`;
    const sent = await app.commands.send(definition, body, { actor, role, channel: "ui", correlationId, keys: [], ...more });
    if (sent.kind !== "proposed") return sent.answer;
    this.proposals += 1;
    const checkerRole = checkerRolesOf(definition)[0] as Role;
    const approval = { proposal: sent.proposal, checker: this.#checker, checkerRole };
    const outcome = await handler.execute(approveProposal(table.find), approval, {
      actor,
      role,
      checker: this.#checker,
      channel: "ui",
      correlationId,
      ...more,
    });
    if (outcome.kind !== "recorded") throw new Error(`${name} was not approved: ${JSON.stringify(outcome)}`);
    return outcome.answer as Readonly<Record<string, unknown>>;
  }

  /** What a nightly job records. */
  async job(name: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const { table, handler } = this.#platform;
    const definition = table.find(name);
    if (!definition) throw new Error(`the product has no command ${name}`);
    const outcome = await handler.execute(definition, body, { actor: "system", role: "SYS", channel: "system" });
    if (outcome.kind !== "recorded") throw new Error(`the job's ${name} was answered ${JSON.stringify(outcome)}`);
  }
}
