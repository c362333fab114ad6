/**
 * What those above an account may not do there. An owner whose role lies on the account itself switches it;
 * everyone else reads it: who comes from above must know what is closed to him, and that he cannot open it.
 */
import { Link } from "@tanstack/react-router";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import type { Account, Restrictions } from "@/api/types";
import { Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card, Page } from "@/design/page";
import { Switch } from "@/design/switch";
import { Badge } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { permissionName } from "@/roles/words";
import { directlyBelowPlatform } from "@/session/above";
import { runsPlatform, useSession } from "@/session/session";
import { NotRestricted } from "./free";
import { useRestrict, useRestrictions } from "./queries";
import { meaning } from "./words";
import "./restrictions.css";

export function RestrictionPage() {
  const id = useAccountId();
  const account = useAccount();
  const session = useSession();
  const restrictions = useRestrictions(id);
  const mayDecide = useMay("manage_privacy");
  const maySeeAudit = useMay("view_audit");
  const maySeePeople = useMay("view_operators");
  const own = session?.grants.some((grant) => grant.account.id === id) ?? false;
  const platform = runsPlatform(session);
  const decides = own && mayDecide;
  return (
    <Page title={m.nav_limits()} lead={account && leadOf(account, decides)}>
      {account && own && directlyBelowPlatform(account) && (
        <div className="notice">
          <Icon name="shield" />
          <div>
            <p>{m.limits_platform({ account: account.name })}</p>
          </div>
          {maySeeAudit && (
            <Link to="/a/$account/audit" params={{ account: id }} search={{ action: "elevation." }}>
              {m.limits_platform_link()}
            </Link>
          )}
        </div>
      )}
      {account && platform && !own && (
        <div className="notice">
          <Icon name="shield" />
          <div>
            <p>{m.limits_platform_self({ account: account.name })}</p>
          </div>
        </div>
      )}
      <Card
        title={titleOf(account, own, platform)}
        flush
        actions={
          maySeeAudit && (
            <Link to="/a/$account/audit" params={{ account: id }} search={{ above: true }}>
              {m.limits_audit()}
            </Link>
          )
        }
      >
        <Load query={restrictions}>
          {(found) => (
            <ul>
              {found.deniable.map((permission) => (
                <Limit key={permission} permission={permission} found={found} decides={decides} />
              ))}
            </ul>
          )}
        </Load>
      </Card>
      {account && maySeePeople && <NotRestricted account={account} />}
      <p className="notice">
        <Icon name="info" />
        {m.limits_always()}
      </p>
    </Page>
  );
}

function leadOf({ name }: Account, decides: boolean): string {
  return decides ? m.limits_lead_own({ account: name }) : m.limits_lead_other({ account: name });
}

function titleOf(account: Account | undefined, own: boolean, platform: boolean): string {
  if (!account) return m.permissions_label();
  if (!own && platform) return m.limits_title_dealer();
  if (!own) return m.limits_title_other({ account: account.name });
  return account.kind === "customer" ? m.limits_title_own() : m.limits_title_dealer();
}

type LimitProps = { permission: string; found: Restrictions; decides: boolean };

function Limit({ permission, found, decides }: LimitProps) {
  const account = useAccount();
  const id = useAccountId();
  const restrict = useRestrict(id);
  const own = found.denied.filter((row) => row.account_id === id).map((row) => row.permission);
  const deniers = found.denied.filter((row) => row.permission === permission).map((row) => row.account_id);
  const above = deniers.filter((denier) => denier !== id);
  const what = permissionName(permission);
  const allowed = !own.includes(permission);

  function change(allow: boolean) {
    const next = allow ? own.filter((denied) => denied !== permission) : [...own, permission];
    restrict
      .mutateAsync(next)
      .then(() =>
        toast(allow ? m.limits_allowed_done({ what }) : m.limits_denied_done({ what }), {
          label: m.action_undo(),
          run: () => restrict.mutateAsync(own).catch(toastProblem),
        }),
      )
      .catch(toastProblem);
  }

  return (
    <li className="limit">
      <div>
        <strong>{what}</strong>
        {decides && <p>{meaning(permission)}</p>}
        {above.map((denier) => (
          <Badge key={denier}>{deniedBy(account, denier)}</Badge>
        ))}
      </div>
      {decides ? (
        <Switch label={what} isSelected={allowed} isDisabled={restrict.isPending} onChange={change}>
          <span className="limit-state">{allowed ? m.limits_may() : m.limits_may_not()}</span>
        </Switch>
      ) : (
        <Badge tone={deniers.length === 0 ? "good" : "bad"}>
          {deniers.length === 0 ? m.limits_may() : m.limits_may_not()}
        </Badge>
      )}
    </li>
  );
}

function deniedBy(account: Account | undefined, denier: string): string {
  const step = account?.path.find(({ id }) => id === denier);
  return step ? m.limits_denied_by({ account: step.name }) : m.limits_denied_above();
}
