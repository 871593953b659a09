// A restore drill (恢复演练), from the outside: a small district lives in a process of its own, is backed up while messages
// go on, its database is destroyed, and the copy has to be verified before it serves, with the figures of the moment of the
// backup. Then what must not work: a changed byte, a cut-off file, an old backup, a restore that was killed. Everything goes
// through the commands that an operator has; nothing of the product is imported. Exit 1 when a step did not hold.
//
//   npm run prestart && node infra/scripts/restore-drill.mjs [--keep] [--json]
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const node = Number(process.versions.node.split(".")[0]) >= 26 ? process.execPath : path.join(root, "node_modules/.bin/node");
const folder = mkdtempSync(path.join(tmpdir(), "huimin-drill-"));
chmodSync(folder, 0o755); // as root, PostgreSQL runs as another user
const json = process.argv.includes("--json");
const at = (...names) => path.join(folder, ...names);
const steps = [];

const say = (text) => {
  if (!json) process.stdout.write(`${text}\n`);
};
function step(name, holds, found) {
  steps.push({ name, holds, found });
  say(`${holds ? "✓" : "✗"} ${name}${found === undefined ? "" : `  ${found}`}`);
}

/** The environment of a machine whose home is this folder. */
const environmentOf = (home) => {
  const { DATABASE_URL: _, REDIS_URL: __, INIT_CWD: ___, ...rest } = process.env;
  return { ...rest, HUIMIN_HOME: home, HUIMIN_HOST: "127.0.0.1", HUIMIN_PORT: "0", HUIMIN_LOG_LEVEL: "error" };
};

function huimin(home, ...args) {
  const options = { cwd: root, env: environmentOf(home), maxBuffer: 64 << 20 };
  return new Promise((done) => {
    execFile(node, ["services/platform/src/huimin.ts", ...args], options, (fault, out, err) => {
      const line = out.split("\n").find((text) => text.startsWith("{"));
      done({ code: fault ? (fault.code ?? 1) : 0, out, err, json: line === undefined ? undefined : JSON.parse(line) });
    });
  });
}

/** A process that serves; resolves when it says its address, or with what it said when it ended. */
function start(home) {
  const child = spawn(node, ["services/platform/src/start.ts", "--empty"], {
    cwd: root,
    env: environmentOf(home),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  return new Promise((done) => {
    const collect = (chunk) => {
      text += chunk;
      const origin = /Huimin Ledger {2}(http:\/\/\S+)/.exec(text)?.[1];
      if (origin !== undefined && text.includes("Ctrl+C")) done({ child, origin, text });
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("exit", (code) => done({ child, code, text }));
  });
}

const stop = ({ child }) =>
  new Promise((done) => {
    if (child.exitCode !== null) return done();
    child.once("exit", done);
    child.kill("SIGTERM");
  });

/** A client that knows HTTP only. */
async function call(origin, token, method, address, body) {
  const headers = {
    "content-type": "application/json",
    "idempotency-key": randomUUID(),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const answer = await fetch(`${origin}/api/v1${address}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

const PASSWORD = "a-long-enough-phrase-for-drills";

/** Signs in with the password that was shown once, and takes another one. */
async function enter(origin, login, initial) {
  const first = await call(origin, undefined, "POST", "/sign-in", { login, password: initial });
  await call(origin, first.body.token, "POST", "/me/password", { old: initial, new: PASSWORD });
  return (await call(origin, undefined, "POST", "/sign-in", { login, password: PASSWORD })).body.token;
}

/** People, villages, households with accounts and loans: enough that every kind of figure is there. */
async function furnish(home, origin) {
  const made = await huimin(home, "users", "create", "pov", "--name", "登记岗", "--roles", "POV", "--json");
  const token = await enter(origin, "pov", made.json.password);
  const lines = [
    {
      command: "RegisterVillage",
      body: { village: "410803009204", name: "启心村", street: "府城街道", streetCode: "410803009", valueDate: "2016-12-01" },
    },
    { command: "RegisterBank", body: { bank: "K1", name: "示例农商行", valueDate: "2016-12-01" } },
    { command: "AppropriateSubsidyFunds", actor: "u-maker", checker: "u-checker", body: { amount: "100000.00", source: "区" } },
  ];
  writeFileSync(at("commands.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
  const booked = await huimin(home, "book", at("commands.jsonl"), "--json");
  const people = ["410899195202290013", "410899198710050028", "41089919760404018X"];
  const households = [];
  for (const [index, idNumber] of people.entries()) {
    const household = `HH${index + 1}`;
    const account = { bank: "K1", kind: "card", number: ["6299994108990000011", "6299994108990000029", "6299994108990123458"][index] };
    const members = [{ name: ["欧阳翠翠", "李秀英", "𠮷泽山"][index], idNumber, relation: "head" }];
    const answer = await call(origin, token, "POST", "/households", {
      household,
      village: "410803009204",
      members,
      account,
      valueDate: "2016-12-01",
    });
    households.push(answer.status);
  }
  return { token, booked: booked.json?.recorded, households };
}

let number = 0;
/** One message: a village more. */
const message = async ({ origin, token }) => {
  number += 1;
  const village = `4108030${String(10_000 + number).slice(1)}1`;
  const body = { village, name: `示例${number}村`, street: "演练街道", streetCode: "410803099", valueDate: "2017-01-01" };
  return (await call(origin, token, "POST", "/villages", body)).status;
};

/** The figures of a moment: trial balance, every account, every household's sheet. Asked beside a process that serves. */
async function figures(home, position) {
  const known = position === undefined ? [] : ["--known-at", String(position)];
  const sheets = ["HH1", "HH2", "HH3"].map((household) => ["sheet", household, "--as-of", "2017-01-02"]);
  const answers = await Promise.all(
    [["trial-balance"], ["balances"], ...sheets].map((question) => huimin(home, ...question, "--json", ...known)),
  );
  const bare = ({ knownAt: _, ...rest }) => rest;
  return answers.map(({ code, json: answer, err }) => JSON.stringify([code, bare(answer ?? {}), ...(code === 0 ? [] : [err])]));
}

/** The first answer that differs, from where it does: a step that fails says why. */
function differenceOf(was, is) {
  const index = was.findIndex((text, each) => text !== is[each]);
  if (index === -1) return undefined;
  let from = 0;
  while (was[index][from] === is[index][from]) from += 1;
  const part = (text) => text.slice(Math.max(0, from - 40), from + 160);
  return `answer ${index}: was …${part(was[index])}… is …${part(is[index])}…`;
}

async function drill() {
  const home = at("live");
  say("一个小区在运行 a small district lives …");
  const live = await start(home);
  const { token, booked, households } = await furnish(home, live.origin);
  step("the district lives", booked === 3 && households.every((status) => status === 201), live.origin);

  say("备份，同时消息不断 a backup while messages go on …");
  let busy = true;
  let sent = 0;
  const traffic = (async () => {
    while (busy) if ((await message({ origin: live.origin, token })) === 201) sent += 1;
  })();
  const passphrase = at("passphrase");
  writeFileSync(passphrase, "correct horse battery staple\n");
  const backup = await huimin(
    home,
    "backup",
    "--out",
    at("backups"),
    "--with-secrets",
    at("keys.sealed"),
    "--passphrase-file",
    passphrase,
    "--json",
  );
  busy = false;
  await traffic;
  const { place, position } = backup.json ?? {};
  step("a backup is made while messages go on", backup.code === 0 && sent > 0, `position ${position}, ${sent} messages meanwhile`);
  const before = await figures(home, position);
  const checkpointsThen = at("checkpoints-then");
  cpSync(path.join(home, "checkpoints"), checkpointsThen, { recursive: true });
  await message({ origin: live.origin, token });
  const later = await huimin(home, "checkpoint", "--json");
  const checkpointsLater = at("checkpoints-later");
  cpSync(path.join(home, "checkpoints"), checkpointsLater, { recursive: true });

  say("数据库毁损 the database is destroyed …");
  await stop(live);
  rmSync(home, { recursive: true, force: true });
  step("the database and its home are gone", !existsSync(home));

  const restore = (of, file, checkpoints, ...more) =>
    huimin(
      of,
      "restore",
      file,
      "--checkpoints",
      checkpoints,
      "--secrets",
      at("keys.sealed"),
      "--passphrase-file",
      passphrase,
      "--json",
      ...more,
    );
  const codeOf = (answer) => answer.json?.refused?.[0]?.code ?? (answer.code === 0 ? "ok" : answer.err.trim().split("\n")[0]);

  const copy = at("copy");
  const restored = await restore(copy, place, checkpointsThen);
  step("the copy is restored and verified", restored.code === 0 && restored.json?.position === position, codeOf(restored));
  const served = await start(copy);
  step("the copy serves", served.origin !== undefined);
  const [same, verified, checked] = await Promise.all([figures(copy), huimin(copy, "verify", "--json"), huimin(copy, "check", "--json")]);
  const difference = differenceOf(before, same);
  step("its figures are those of the moment of the backup", difference === undefined, difference);
  step(
    "huimin verify finds nothing changed",
    verified.code === 0 && verified.json.events >= position,
    `${verified.json?.checkpoints} checkpoints hold`,
  );
  step("huimin check finds every invariant kept", checked.code === 0);
  if (served.origin !== undefined) {
    const again = (await call(served.origin, undefined, "POST", "/sign-in", { login: "pov", password: PASSWORD })).body.token;
    const found = await call(served.origin, again, "POST", "/households/search", { idNumber: "410899198710050028" });
    const shown = await call(served.origin, again, "GET", "/households/HH2");
    step(
      "who is in it is found and opened with the keys that came back",
      found.body.household === "HH2" && shown.body.members[0].name === "李**",
    );
    step("it takes new messages", (await message({ origin: served.origin, token: again })) === 201);
    await stop(served);
  }

  say("不该成功的 what must not work …");
  const bytes = readFileSync(place);
  const flipped = Buffer.from(bytes);
  flipped[flipped.indexOf("data/log.event/000001.zst") + 512 + 64] ^= 1;
  writeFileSync(at("flipped.tar"), flipped);
  copyFileSync(place, at("cut.tar"));
  truncateSync(at("cut.tar"), Math.floor(bytes.length * 0.7));
  const spoilt = ["flipped.tar", "cut.tar"].map((name) => restore(at(`home-of-${name}`), at(name), checkpointsThen));
  const [altered, cut] = await Promise.all(spoilt);
  const named = codeOf(altered) === "BACKUP_ALTERED" && altered.out.includes("data/log.event/000001.zst");
  step("one changed byte is named, and where", named, codeOf(altered));
  step("a file that was cut off is named", codeOf(cut) === "BACKUP_TRUNCATED", codeOf(cut));
  const old = await restore(at("x3"), place, checkpointsLater);
  const missing = later.json.size - position;
  step(
    "a backup that is older than a checkpoint is named so",
    codeOf(old) === "RESTORE_OLDER" && old.out.includes(`${missing} are missing`),
    `${missing} events missing`,
  );
  const refused = await start(at("x3"));
  step("and it does not serve", refused.origin === undefined && refused.text.includes("DATABASE_NOT_VERIFIED"), `exit ${refused.code}`);
  const over = await restore(copy, place, checkpointsThen);
  step("nothing is restored over data", codeOf(over) === "RESTORE_TARGET_NOT_EMPTY", codeOf(over));
  await killHalfWay(place, checkpointsThen, passphrase, restore, codeOf);
}

/** What the copy's own mark says, asked of its server as soon as there is one. */
async function markOf(home) {
  const pid = path.join(home, "postgres", "postmaster.pid");
  const port = existsSync(pid) ? Number(readFileSync(pid, "utf8").split("\n")[3]) : Number.NaN;
  if (!(port > 0)) return undefined;
  const client = new pg.Client({ host: "127.0.0.1", port, user: "huimin_owner", password: "huimin_owner", database: "huimin" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query("SELECT state FROM public.database_state")).rows[0]?.state;
  } catch {
    return undefined; // no database yet, or no mark in it
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Kills a restore in the moment in which it is loading; what is left must not serve and must begin again. */
async function killHalfWay(place, checkpoints, passphrase, restore, codeOf) {
  const home = at("killed");
  const args = ["services/platform/src/huimin.ts", "restore", place, "--checkpoints", checkpoints, "--secrets", at("keys.sealed")];
  const child = spawn(node, [...args, "--passphrase-file", passphrase, "--json"], { cwd: root, env: environmentOf(home), stdio: "ignore" });
  const ended = new Promise((done) => child.once("exit", done));
  let state;
  while (state === undefined && child.exitCode === null) {
    state = await markOf(home);
    await new Promise((done) => setTimeout(done, 10));
  }
  child.kill("SIGKILL");
  await ended;
  const refused = await start(home);
  const unserved = refused.origin === undefined && refused.text.includes("DATABASE_NOT_VERIFIED");
  step("a restore that was killed half-way does not serve", state === "loading" && unserved, state);
  if (refused.origin !== undefined) await stop(refused);
  const again = await restore(home, place, checkpoints);
  step("and is begun again", again.code === 0, codeOf(again));
}

try {
  await drill();
} catch (fault) {
  step("the drill ran to its end", false, fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
} finally {
  if (process.argv.includes("--keep")) say(folder);
  else rmSync(folder, { recursive: true, force: true });
}
const failed = steps.filter(({ holds }) => !holds).length;
if (json) process.stdout.write(`${JSON.stringify({ steps, failed })}\n`);
say(`${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
