import { RESTRICTED_MARK } from "@huimin/identity";
import type { RegistryView } from "@huimin/registry-view";
import type { UnsealRequest, Vault } from "@huimin/vault";

/**
 * The vault as screens, lists and pages may use it: of a person whose processing is restricted (限制处理) it opens nothing
 * and says so. Payouts, statements and vouchers, which the law demands, use the vault itself.
 */
export const hidingRestricted = (vault: Pick<Vault, "unsealMany">, view: Pick<RegistryView, "privacy">): Pick<Vault, "unsealMany"> => ({
  async unsealMany(requests: readonly UnsealRequest[]) {
    const hidden = new Set<string>();
    for (const [district, group] of Map.groupBy(requests, (request) => request.district)) {
      const persons = [...new Set(group.map(({ personId }) => personId))];
      for (const [personId, { restriction }] of await view.privacy(district, persons))
        if (restriction) hidden.add(`${district} ${personId}`);
    }
    const isHidden = ({ district, personId }: UnsealRequest): boolean => hidden.has(`${district} ${personId}`);
    const opened = await vault.unsealMany(requests.filter((request) => !isHidden(request)));
    let next = 0;
    return requests.map((request) => (isHidden(request) ? RESTRICTED_MARK : opened[next++]));
  },
});
