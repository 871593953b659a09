import { createPostgresStore, eventStoreMigrations } from "@huimin/event-store";
import { testDatabase } from "@huimin/test-support";
import { eventStoreContract } from "./event-store.contract.ts";

eventStoreContract("PostgreSQL", async () => {
  const database = await testDatabase(eventStoreMigrations);
  const store = createPostgresStore({ connectionString: database.url });
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});
