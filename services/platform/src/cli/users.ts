import { ROLES, type Role } from "@huimin/decider";
import { type PeopleStore, RefusalError, type User } from "@huimin/http";
import type { Command } from "commander";
import { type CliContext, cliActor, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

/** Users listed at most. */
const USERS_MAX = 10_000;

const rolesOf = (text: string): Role[] => {
  const roles = text.split(",").filter((one) => one !== "");
  const unknown = roles.find((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) throw new WrongUsage(`${unknown} is no role: ${ROLES.join(", ")}`);
  return roles as Role[];
};

/** `huimin users …`: people who sign in. Whoever can run this has the machine, and needs no sign-in. */
export function userCommands(program: Command, context: CliContext): void {
  const users = program.command("users").description("people who sign in");
  const withPeople = <T>(work: (people: PeopleStore) => Promise<T>): Promise<T> =>
    withPlatform(context, ({ people }) =>
      work(people).catch((fault: unknown) => {
        throw fault instanceof RefusalError ? new CommandRefused(fault.refusals) : fault;
      }),
    );
  const idOf = async (people: PeopleStore, login: string): Promise<string> => {
    const user = (await people.list(USERS_MAX)).find((one) => one.login === login.toLowerCase());
    if (!user) throw new CommandRefused([{ code: "USER_UNKNOWN", details: { user: login } }]);
    return user.id;
  };
  const print = (command: Command, value: object, text: string): void =>
    context.terminal.out(optionsOf<{ json?: boolean }>(command).json ? JSON.stringify(value) : text);
  users
    .command("list")
    .description("all users")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const all = await withPeople((people) => people.list(USERS_MAX));
      if (optionsOf<{ json?: boolean }>(command).json) context.terminal.out(JSON.stringify({ users: all }));
      else
        printTable(
          context.terminal,
          ["login", "name", "roles", ""],
          all.map((user) => [user.login, user.displayName, rightsOf(user), user.active ? "" : "inactive"]),
          new Set(),
        );
    });
  users
    .command("create <login>")
    .description("create a user; the initial password is printed once")
    .requiredOption("--name <name>", "name shown to others")
    .option("--roles <roles>", `comma-separated, of ${ROLES.join(", ")}`, "")
    .option("--administrator", "manages people")
    .option("--json", "print JSON")
    .action(async (login: string, _options, command: Command) => {
      if (!/^[a-z][a-z0-9._-]{2,31}$/.test(login)) throw new WrongUsage("a login has 3 to 32 lower-case letters, digits, dots, dashes");
      const options = optionsOf<{ name: string; roles: string; administrator?: boolean }>(command);
      const roles = rolesOf(options.roles);
      const made = await withPeople((people) =>
        people.create({ login, displayName: options.name, roles, administrator: options.administrator ?? false }, cliActor()),
      );
      print(command, made, `created ${login}; initial password (shown once): ${made.password}`);
    });
  users
    .command("roles <login>")
    .description("set a user's roles")
    .requiredOption("--roles <roles>", "comma-separated; empty for none")
    .option("--administrator", "manages people")
    .option("--json", "print JSON")
    .action(async (login: string, _options, command: Command) => {
      const options = optionsOf<{ roles: string; administrator?: boolean }>(command);
      const roles = rolesOf(options.roles);
      const user = await withPeople(async (people) =>
        people.setRoles(await idOf(people, login), roles, options.administrator ?? false, cliActor()),
      );
      print(command, { user }, `${login}: ${rightsOf(user)}`);
    });
  users
    .command("reset <login>")
    .description("give a new password, printed once, and end the lock and all sessions")
    .option("--json", "print JSON")
    .action(async (login: string, _options, command: Command) => {
      const password = await withPeople(async (people) => people.resetPassword(await idOf(people, login), cliActor()));
      print(command, { login, password }, `new password of ${login} (shown once): ${password}`);
    });
  for (const [name, active] of [
    ["deactivate", false],
    ["activate", true],
  ] as const) {
    users
      .command(`${name} <login>`)
      .description(`${name} a user`)
      .option("--json", "print JSON")
      .action(async (login: string, _options, command: Command) => {
        const user = await withPeople(async (people) => people.setActive(await idOf(people, login), active, cliActor()));
        print(command, { user }, `${login}: ${user.active ? "active" : "inactive"}`);
      });
  }
}

const rightsOf = (user: User): string => [...user.roles, ...(user.administrator ? ["administrator"] : [])].join(", ");
