export { browserIsThere, FIT_FOR_A_PHONE, lookOnPhone, PHONE, type TestBrowser, testBrowser, type Watched } from "./browser.ts";
export type { TestDatabase } from "./database.ts";
export { testDatabase } from "./database.ts";
export { redisIsThere, type TestRedis, testRedis } from "./redis.ts";
