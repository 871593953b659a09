import type { Role } from "@huimin/decider";
import type { FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { RefusalError } from "../problem.ts";
import type { App } from "../server.ts";
import { peopleErrors as errors } from "./errors.ts";
import type { PeopleStore, Person } from "./store.ts";

declare module "fastify" {
  interface FastifyInstance {
    people: PeopleStore;
  }
  interface FastifyRequest {
    /** The signed-in person; null until a guard has asked. */
    person: Person | null;
  }
}

export const SESSION_COOKIE = "huimin_session";

/** Makes `app.people` and `request.person` known, so that the guards below work on this server's routes. */
export function guardWith(app: App, people: PeopleStore): void {
  app.decorate("people", people);
  app.decorateRequest("person", null);
}

/** The session token of a request: `Authorization: Bearer`, else the cookie. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  const bearer = header === undefined ? undefined : /^Bearer ([\w-]{20,100})$/i.exec(header)?.[1];
  return bearer ?? request.cookies[SESSION_COOKIE];
}

async function authenticate(request: FastifyRequest): Promise<Person> {
  const token = tokenOf(request);
  const person = token === undefined ? undefined : await request.server.people.personOf(token);
  if (!person) throw new RefusalError({ code: errors.SIGN_IN_REQUIRED });
  request.person = person;
  return person;
}

/** Hook: a signed-in person, whatever the role, even before the first password is changed. */
export const needsSignIn: onRequestAsyncHookHandler = async (request) => {
  await authenticate(request);
};

/**
 * Hook for a route: a signed-in person in one of these roles (any role when none is named). An administrator without a
 * role may not. Refuses SIGN_IN_REQUIRED, PASSWORD_CHANGE_REQUIRED, ROLE_REQUIRED.
 */
export function needsRole(...roles: readonly Role[]): onRequestAsyncHookHandler {
  return async (request) => {
    const person = await authenticate(request);
    if (person.mustChangePassword) throw new RefusalError({ code: errors.PASSWORD_CHANGE_REQUIRED });
    const allowed = roles.length === 0 ? person.roles.length > 0 : roles.some((role) => person.roles.includes(role));
    if (!allowed) throw new RefusalError({ code: errors.ROLE_REQUIRED, details: { required: roles.join(" / ") || "any" } });
  };
}

/** Hook: an administrator. Refuses ADMINISTRATOR_REQUIRED. */
export const needsAdministrator: onRequestAsyncHookHandler = async (request) => {
  const person = await authenticate(request);
  if (person.mustChangePassword) throw new RefusalError({ code: errors.PASSWORD_CHANGE_REQUIRED });
  if (!person.administrator) throw new RefusalError({ code: errors.ADMINISTRATOR_REQUIRED });
};

/** The person whom a guard let in. */
export function personOf(request: FastifyRequest): Person {
  if (!request.person) throw new Error("this route has no guard");
  return request.person;
}

/**
 * In which of the allowed roles the person acts: the one in the header `Acting-Role` if the person has it, else the
 * first allowed one that the person has. Refuses ROLE_REQUIRED.
 */
export function actingRole(request: FastifyRequest, allowed: readonly Role[]): Role {
  const person = personOf(request);
  const wanted = request.headers["acting-role"];
  const role = allowed.find((one) => person.roles.includes(one) && (wanted === undefined || wanted === one));
  if (role === undefined) throw new RefusalError({ code: errors.ROLE_REQUIRED, details: { required: allowed.join(" / ") } });
  return role;
}
