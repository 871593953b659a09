/**
 * Works through a queue with some items under way at once: while one waits for the database, another computes. Takes from
 * the queue as it goes, so whoever empties it ends the run after the items in hand; the first fault does, and is thrown.
 */
export async function inLanes<T>(lanes: number, queue: T[], work: (item: T) => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    } catch (fault) {
      queue.length = 0;
      throw fault;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}
