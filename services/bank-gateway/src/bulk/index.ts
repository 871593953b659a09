export { type BulkAnswer, BulkIntake, type BulkItem, type BulkOptions } from "./bulk.ts";
export { BULK_ITEMS_MAX } from "./items.ts";
export { BULK_BYTES_MAX, bankBulkRoutes } from "./routes.ts";
