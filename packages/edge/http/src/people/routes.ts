import { ROLES } from "@huimin/decider";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { decodeCursor, PAGE_DEFAULT, PageOf, PageQuery, pageOf } from "../pages.ts";
import type { App } from "../server.ts";
import { needsAdministrator, needsSignIn, personOf, SESSION_COOKIE, tokenOf } from "./guard.ts";
import type { Person, User } from "./store.ts";

const RoleSchema = Type.Enum([...ROLES]);
const PersonSchema = Type.Object({
  id: Type.String(),
  login: Type.String(),
  displayName: Type.String(),
  roles: Type.Array(RoleSchema),
  administrator: Type.Boolean(),
  mustChangePassword: Type.Boolean(),
});
const UserSchema = Type.Object({ ...PersonSchema.properties, active: Type.Boolean(), createdAt: Type.String() });
const Password = Type.String({ minLength: 1, maxLength: 256 });
const closed = { additionalProperties: false } as const;
/** Nobody is known yet who sends this: a name and a password are short. */
const SIGN_IN_BYTES_MAX = 4_096;
const UserPath = Type.Object({ user: Type.String({ maxLength: 64 }) });
const security = [{ session: [] }, { bearer: [] }];
const tags = ["people"];

const personBody = (person: Person) => ({
  id: person.id,
  login: person.login,
  displayName: person.displayName,
  roles: [...person.roles],
  administrator: person.administrator,
  mustChangePassword: person.mustChangePassword,
});
const userBody = (user: User) => ({ ...personBody(user), active: user.active, createdAt: user.createdAt });

/** Guesses a minute from one address: an office shares one. The lock of the account comes first for one name. */
const SIGN_IN_LIMIT = { max: 30, timeWindow: 60_000 };

const setCookie = (reply: FastifyReply, token: string, secure: boolean): FastifyReply =>
  reply.setCookie(SESSION_COOKIE, token, { path: "/", httpOnly: true, sameSite: "strict", secure });

/** Sign-in and sign-out, one's own account, and the administration of people. Register under `/api/v1`. */
export async function peopleRoutes(app: App): Promise<void> {
  ownRoutes(app);
  administrationRoutes(app);
}

function ownRoutes(app: App): void {
  app.post(
    "/sign-in",
    {
      bodyLimit: SIGN_IN_BYTES_MAX,
      config: { rateLimit: SIGN_IN_LIMIT },
      schema: {
        tags,
        summary: "登录 / Sign in",
        body: Type.Object({ login: Type.String({ minLength: 1, maxLength: 64 }), password: Password }, closed),
        response: { 200: Type.Object({ token: Type.String(), expiresAt: Type.String(), person: PersonSchema }) },
      },
    },
    async (request, reply) => {
      const session = await app.people.signIn(request.body.login, request.body.password);
      setCookie(reply, session.token, request.protocol === "https");
      return { token: session.token, expiresAt: session.expiresAt, person: personBody(session.person) };
    },
  );
  app.post(
    "/sign-out",
    { onRequest: needsSignIn, schema: { tags, security, summary: "退出 / Sign out", response: { 204: Type.Null() } } },
    async (request, reply) => {
      await app.people.signOut(tokenOf(request) as string);
      return reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send(null);
    },
  );
  app.get(
    "/me",
    { onRequest: needsSignIn, schema: { tags, security, summary: "当前用户 / The signed-in person", response: { 200: PersonSchema } } },
    async (request) => personBody(personOf(request)),
  );
  app.post(
    "/me/password",
    {
      onRequest: needsSignIn,
      config: { rateLimit: SIGN_IN_LIMIT },
      schema: {
        tags,
        security,
        summary: "修改密码 / Change one's password",
        body: Type.Object({ old: Password, new: Password }, closed),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await app.people.changePassword(personOf(request).id, request.body.old, request.body.new, tokenOf(request) as string);
      return reply.code(204).send(null);
    },
  );
}

function administrationRoutes(app: App): void {
  const guard = { onRequest: needsAdministrator };
  app.get(
    "/users",
    {
      ...guard,
      schema: {
        tags,
        security,
        summary: "用户名单 / Users",
        querystring: Type.Object(PageQuery, closed),
        response: { 200: PageOf(UserSchema) },
      },
    },
    async (request) => {
      const limit = request.query.limit ?? PAGE_DEFAULT;
      const after = decodeCursor(request.query.cursor, 1)?.[0];
      const page = pageOf(await app.people.list(limit + 1, after === undefined ? "" : String(after)), limit, (user) => [user.login]);
      return { ...page, items: page.items.map(userBody) };
    },
  );
  app.post(
    "/users",
    {
      ...guard,
      schema: {
        tags,
        security,
        summary: "新建用户 / Create a user",
        description: "初始密码只显示这一次。/ The initial password is shown this once.",
        body: Type.Object(
          {
            login: Type.String({ pattern: "^[a-z][a-z0-9._-]{2,31}$" }),
            displayName: Type.String({ minLength: 1, maxLength: 50 }),
            roles: Type.Array(RoleSchema, { uniqueItems: true }),
            administrator: Type.Optional(Type.Boolean()),
          },
          closed,
        ),
        response: { 201: Type.Object({ user: UserSchema, password: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { login, displayName, roles, administrator } = request.body;
      const made = await app.people.create({ login, displayName, roles, administrator: administrator ?? false }, personOf(request).id);
      return reply.code(201).send({ user: userBody(made.user), password: made.password as string });
    },
  );
  app.put(
    "/users/:user/roles",
    {
      ...guard,
      schema: {
        tags,
        security,
        summary: "授予岗位 / Set a user's roles",
        params: UserPath,
        body: Type.Object({ roles: Type.Array(RoleSchema, { uniqueItems: true }), administrator: Type.Boolean() }, closed),
        response: { 200: UserSchema },
      },
    },
    async (request) =>
      userBody(await app.people.setRoles(request.params.user, request.body.roles, request.body.administrator, personOf(request).id)),
  );
  app.post(
    "/users/:user/password-reset",
    {
      ...guard,
      schema: {
        tags,
        security,
        summary: "重置密码 / Reset a password",
        params: UserPath,
        response: { 200: Type.Object({ password: Type.String() }) },
      },
    },
    async (request) => ({ password: await app.people.resetPassword(request.params.user, personOf(request).id) }),
  );
  for (const [what, active, summary] of [
    ["deactivation", false, "停用用户 / Deactivate a user"],
    ["activation", true, "启用用户 / Activate a user"],
  ] as const) {
    app.post(
      `/users/:user/${what}`,
      { ...guard, schema: { tags, security, summary, params: UserPath, response: { 200: UserSchema } } },
      async (request) => userBody(await app.people.setActive((request.params as { user: string }).user, active, personOf(request).id)),
    );
  }
}
