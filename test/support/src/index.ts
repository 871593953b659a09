export type { TestDatabase } from "./database.ts";
export { testDatabase } from "./database.ts";
export { redisIsThere, type TestRedis, testRedis } from "./redis.ts";
