/*
 * Imported first. glibc keeps a memory arena for each thread and rarely gives one back: with the typesetter's thread the
 * demo held 50 MB more than it used. The setting is read when a process begins, so the process begins again with it.
 */
if (process.platform === "linux" && process.env.MALLOC_ARENA_MAX === undefined && process.execve) {
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...process.env, MALLOC_ARENA_MAX: "2" } as NodeJS.ProcessEnv);
}

export {};
