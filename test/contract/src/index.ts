export { eventStoreContract } from "./event-store.contract.ts";
export { any, append, exactly, exists, keyOf, newEvent, none } from "./requests.ts";
