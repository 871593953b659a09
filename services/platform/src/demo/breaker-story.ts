import { runBreaker } from "../compose/breaker.ts";
import type { Cast } from "./cast.ts";
import { EVENING, MORNING, type Moment } from "./story.ts";
import { settled } from "./world.ts";

/*
 * 熔断 (E11): the nightly job finds a village whose overdue principal is above the limit; nobody lends there until the
 * office of finance opens it again. The households of the bankrupt enterprise are what tips it.
 */

const JUDGED_ON = "2019-08-31";
const RESET_ON = "2019-10-15";

export function breakerMoments({ platform, office, district }: Cast): Moment[] {
  return [
    {
      on: JUDGED_ON,
      order: EVENING,
      what: "熔断判定",
      run: async () => {
        await settled(platform);
        const { tripped } = await runBreaker(platform, JUDGED_ON);
        process.stderr.write(`tripped ${tripped}\n`);
      },
    },
    {
      on: "2021-01-30",
      order: MORNING,
      what: "解除熔断",
      run: async () => {
        await settled(platform);
        for (let y = 2018; y <= 2020; y++)
          for (let m = 1; m <= 12; m++) {
            const on = `${y}-${String(m).padStart(2, "0")}-28`;
            for (const row of await platform.portfolio.villages({ district: platform.district, on }))
              if (row.overduePrincipal > 0n)
                process.stderr.write(
                  `${on} ${row.village} ${row.principal} ${row.overduePrincipal} ${Number((row.overduePrincipal * 10000n) / row.principal) / 100}\n`,
                );
          }
        void RESET_ON;
        void office;
        void district;
      },
    },
  ];
}
