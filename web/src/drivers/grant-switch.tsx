/** Allows a driver on an account, or says whether it is allowed to who may not change it. */
import { useMay } from "@/accounts/queries";
import type { Driver } from "@/api/types";
import { Switch } from "@/design/switch";
import { Badge } from "@/design/text";
import { toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useDriverGrants, useGrantDriver } from "./queries";

export function GrantSwitch({ account, driver }: { account: string; driver: Driver }) {
  const grants = useDriverGrants(account);
  const grant = useGrantDriver(account);
  const mayAllow = useMay("manage_drivers");
  const current = grants.data?.find((candidate) => candidate.driver === driver.name);
  const granted = current?.granted ?? false;
  if (!mayAllow)
    return (
      <Badge tone={granted ? "good" : "calm"}>{granted ? m.driver_granted() : m.driver_not_granted()}</Badge>
    );
  return (
    <Switch
      label={`${driver.title}: ${m.driver_granted()}`}
      isSelected={granted}
      isDisabled={!grants.data || grant.isPending}
      onChange={(next) => grant.mutate({ name: driver.name, granted: next }, { onError: toastProblem })}
    >
      {m.driver_granted()}
    </Switch>
  );
}
