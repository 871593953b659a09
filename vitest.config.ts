import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, exclude: ["**/node_modules/**"], ...extra },
});

/** Tiers by file name: unit (no I/O), int (a real PostgreSQL), e2e (whole services over HTTP), demo (the demo, whole). */
export default defineConfig({
  test: {
    projects: [
      project("unit", ["{packages,services,test}/**/*.unit.spec.ts"], { testTimeout: 60_000 }),
      project("int", ["{packages,services,test}/**/*.int.spec.ts"], {
        globalSetup: ["test/support/src/database.setup.ts"],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        maxWorkers: 2,
      }),
      project("e2e", ["{packages,services,test}/**/*.e2e.spec.ts"], {
        globalSetup: ["test/support/src/database.setup.ts"],
        testTimeout: 180_000,
        hookTimeout: 180_000,
        maxWorkers: 1,
      }),
      // `npm run demo` itself, and what it leaves behind.
      project("demo", ["test/demo/**/*.demo.spec.ts"], { testTimeout: 300_000, hookTimeout: 900_000, maxWorkers: 1 }),
    ],
  },
});
