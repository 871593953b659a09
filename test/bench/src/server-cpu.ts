import { readdir, readFile } from "node:fs/promises";

/** Clock ticks of a second in /proc, on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Fields of /proc/PID/stat after the name in brackets: state, parent, … utime, stime, and those of children waited for. */
const fieldsOf = (stat: string): readonly string[] => stat.slice(stat.lastIndexOf(")") + 2).split(" ");

/**
 * CPU seconds of a database server so far: of its processes, and of those that have ended. Undefined where there is no /proc.
 */
export async function serverCpuSeconds(postmaster: number): Promise<number | undefined> {
  const processes = await readdir("/proc").catch(() => undefined);
  if (!processes) return undefined;
  let ticks = 0;
  for (const name of processes) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) continue; // it has ended meanwhile: its time is its parent's then
    const [, parent, ...rest] = fieldsOf(stat);
    const [user, system, childrenUser, childrenSystem] = rest.slice(9, 13).map(Number) as [number, number, number, number];
    if (Number(name) === postmaster) ticks += user + system + childrenUser + childrenSystem;
    else if (Number(parent) === postmaster) ticks += user + system;
  }
  return ticks / TICKS_PER_SECOND;
}
