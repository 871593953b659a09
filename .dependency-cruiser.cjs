/**
 * The import rules of the house (ARCHITECTURE.md, "Who may import whom"). Spec files may use what they test with.
 */
const code = { pathNot: "([.]spec[.]ts$|[.]fixture[.]ts$|/(testing|specification)([.]ts$|/)|[.]bench[.]ts$)" };
const packages = (layer) => `^packages/${layer}/`;

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "not-resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "foundation-imports-foundation",
      severity: "error",
      from: { path: packages("foundation"), ...code },
      to: { path: "^(packages/(write|log|read|edge)|services|test)/" },
    },
    {
      name: "foundation-has-no-io",
      severity: "error",
      comment: "foundation and write are pure: no database, no network, no file, no clock",
      // isIP of node:net reads a text and nothing else.
      from: { path: "^packages/(foundation|write)/(?!bank-client/src/addresses)", ...code },
      to: {
        path: "^(node:)?(fs|net|http|https|child_process|worker_threads|timers)(/|$)|node_modules/(pg|kysely|fastify|pino|bullmq|ioredis)/",
      },
    },
    {
      name: "write-imports-foundation",
      severity: "error",
      from: { path: packages("write"), ...code },
      to: { path: "^(packages/(log|read|edge)|services|test)/" },
    },
    {
      name: "write-imports-only-events-of-write",
      severity: "error",
      comment: "another write package's events (and the folds exported with them) only",
      from: { path: "^packages/write/([^/]+)/", ...code },
      to: { path: "^packages/write/([^/]+)/src/index\\.ts$", pathNot: "^packages/write/$1/" },
    },
    {
      name: "log-imports-foundation",
      severity: "error",
      from: { path: packages("log"), ...code },
      to: { path: "^(packages/(write|read|edge)|services|test)/" },
    },
    {
      name: "read-never-decides",
      severity: "error",
      from: { path: packages("read"), ...code },
      to: {
        path: "^(packages/edge|services|test)/|^packages/write/[^/]+/src/(index|decide|commands)\\.ts$|^packages/log/(command-handler|vault)/",
      },
    },
    {
      name: "edge-holds-no-domain",
      severity: "error",
      from: { path: packages("edge"), ...code },
      to: { path: "^(packages/(write|read)|services|test)/" },
    },
    {
      name: "no-service-imports-another",
      severity: "error",
      comment: "services share the log; only the platform composes them",
      from: { path: "^services/([^/]+)/", pathNot: "^services/platform/|\\.spec\\.ts$" },
      to: { path: "^services/([^/]+)/", pathNot: "^services/$1/" },
    },
    {
      name: "sdk-stands-alone",
      severity: "error",
      comment: "what a bank installs: openapi-fetch and Node's own modules, nothing of ours and nothing of the server's",
      from: { path: packages("sdk"), pathNot: "([.]spec[.]ts$|[.]fixture[.]ts$|/scripts/|/examples/)" },
      to: { path: "^(packages/(foundation|write|log|read|edge)|services|test)/|node_modules/(?!openapi-fetch)" },
    },
    { name: "nothing-imports-test", severity: "error", from: { path: "^(packages|services)/", ...code }, to: { path: "^test/" } },
    {
      name: "no-deep-imports",
      severity: "error",
      comment: "a package is entered through its exports",
      from: { path: "^packages/([^/]+)/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/[^/]+/src/",
        pathNot: [
          "^packages/[^/]+/[^/]+/src/(index|events)[.]ts$",
          "^packages/foundation/interest/src/timeline/index[.]ts$",
          "[.]spec[.]ts$",
          "/testing[.]ts$",
          "^packages/$1/$2/",
        ],
      },
    },
    {
      name: "no-deep-imports-from-outside",
      severity: "error",
      from: { path: "^(services|test)/" },
      to: {
        path: "^packages/[^/]+/[^/]+/src/",
        pathNot: [
          "^packages/[^/]+/[^/]+/src/(index|events)[.]ts$",
          "^packages/foundation/interest/src/timeline/index[.]ts$",
          "^packages/read/books/src/testing[.]ts$",
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(/dist/|/docs/)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    parser: "swc",
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
