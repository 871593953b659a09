import { createMemoryStore } from "@huimin/event-store";
import { eventStoreContract } from "./event-store.contract.ts";

eventStoreContract("memory", async () => {
  const store = createMemoryStore();
  return { store, close: () => store.close() };
});
