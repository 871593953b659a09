import { createPostgresStore, type NewEvent } from "@huimin/event-store";
import { createProjector } from "@huimin/projector";
import { registryProjection } from "@huimin/registry-view";
import { createVault, fileVaultSecrets, postgresKeyStore } from "@huimin/vault";
import { Pool } from "pg";
import { BENCH_DISTRICT } from "./projector-history.ts";

/*
 * Registers the households of the dividend run, in a process of its own: a sealed head and a bound account each, as the
 * register writes them (without the person's own stream, which no dividend asks for), and the register's tables, as the
 * projector writes them. VACUUM stands for the autovacuum of the months between a registration and a dividend. Arguments: address of the database,
 * file of the vault's secrets, households.
 */

const VILLAGES = 13;
const REQUEST_HOUSEHOLDS = 100;
const REQUESTS_IN_FLIGHT = 8;

/** Number of the nth household, ascending with n. */
export const benchHousehold = (n: number): string => `410803010207-${String(n).padStart(7, "0")}`;
const villageOf = (n: number): string => `4108030102${String(n % VILLAGES).padStart(2, "0")}`;

const [connectionString, secretsFile, count] = process.argv.slice(2);

function eventOf(n: number, type: string, payload: unknown): NewEvent {
  const id = `${type === "HouseholdRegistered" ? "1" : "2"}${n.toString(16).padStart(11, "0")}`;
  return {
    eventId: `01900000-0000-7000-8000-${id}`,
    type,
    schemaVersion: 1,
    valueDate: "2016-12-01",
    recordedAt: "2016-12-01T08:00:00.000+08:00",
    period: "2016-12",
    actor: "register",
    role: "POV",
    channel: "import",
    commandId: `01900000-0000-7000-9000-${id}`,
    correlationId: `01900000-0000-7000-9000-${id}`,
    payload,
  };
}

async function fill(url: string, secrets: string, households: number): Promise<void> {
  const store = createPostgresStore({ connectionString: url });
  const pool = new Pool({ connectionString: url, max: 4 });
  const vault = createVault({ secrets: fileVaultSecrets(secrets), keys: postgresKeyStore(pool) });
  const district = BENCH_DISTRICT;
  const projector = createProjector({ pool, store, projections: [registryProjection], district });
  await projector.start();
  const add = async (from: number): Promise<void> => {
    const numbers = Array.from({ length: Math.min(REQUEST_HOUSEHOLDS, households - from) }, (_, index) => from + index);
    const sealed = await vault.seal(
      numbers.flatMap((n) => {
        const of = { district, personId: `p${n}`, keyClass: "K1" as const };
        return [
          { ...of, field: "name", text: `户主${n}` },
          { ...of, field: "idNumber", text: `410803${19400101 + (n % 28)}${String(n % 10_000).padStart(4, "0")}` },
          { ...of, field: "account", text: `6217${String(n).padStart(12, "0")}` },
        ];
      }),
    );
    const writes = numbers.map((n, index) => {
      const [name, idNumber, number] = sealed.slice(3 * index) as [string, string, string];
      const household = benchHousehold(n);
      const head = `p${n}`;
      const members = [{ personId: head, relation: "head", name, idNumber }];
      const numberHash = vault.fingerprint(district, "account", `6217${String(n).padStart(12, "0")}`);
      const account = { household, holder: head, bank: "K1", kind: "social-security-card", number, numberHash, purpose: "all" };
      return {
        stream: `household/${household}`,
        expect: { kind: "none" as const },
        events: [
          eventOf(n, "HouseholdRegistered", { household, village: villageOf(n), members, head }),
          eventOf(n, "BankAccountBound", account),
        ],
      };
    });
    await store.append(district, { writes, asserts: [], keys: [], answer: null });
  };
  for (let from = 0; from < households; from += REQUEST_HOUSEHOLDS * REQUESTS_IN_FLIGHT) {
    const starts = Array.from({ length: REQUESTS_IN_FLIGHT }, (_, index) => from + index * REQUEST_HOUSEHOLDS);
    await Promise.all(starts.filter((start) => start < households).map(add));
  }
  await projector.drain();
  await projector.stop();
  await pool.query("VACUUM (ANALYZE)");
  await store.close();
  await pool.end();
}

if (process.argv[1]?.endsWith("dividend-fill.child.ts")) {
  if (!connectionString || !secretsFile || !count) throw new Error("usage: dividend-fill.child.ts URL SECRETS HOUSEHOLDS");
  await fill(connectionString, secretsFile, Number(count));
}
