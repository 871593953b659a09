export { makeBoards } from "./boards.ts";
export { errors as publicityServiceErrors } from "./errors.ts";
export { type WrittenBoard, writeBoards } from "./files.ts";
export { ensureBoards, findVersion, openBoard, printedVersion, todayOf } from "./lists.ts";
export { type PublicityRouteOptions, publicityRoutes } from "./routes.ts";
export type { PublicityOptions, SendCommand } from "./types.ts";
export { publicityPages } from "./web.ts";
