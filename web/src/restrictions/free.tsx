/** Who is not bound by what an account denies: those whose role lies on the account itself. */
import { Link } from "@tanstack/react-router";
import type { Account, AccountOperator } from "@/api/types";
import { Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { Badge } from "@/design/text";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { useOperators } from "@/operators/queries";
import { RoleName } from "@/roles/name";

/** The whole list stands on the page of operators. */
const SHOWN = 8;

export function NotRestricted({ account }: { account: Account }) {
  const operators = useOperators(account.id);
  return (
    <Card
      title={m.limits_free_title()}
      flush
      actions={
        <Link to="/a/$account/operators" params={{ account: account.id }}>
          {m.limits_free_all()}
        </Link>
      }
    >
      <Load query={operators} rows={2}>
        {(found) => <People account={account} operators={found} />}
      </Load>
    </Card>
  );
}

function People({ account, operators }: { account: Account; operators: AccountOperator[] }) {
  const free = operators.filter((operator) => !operator.inherited_from);
  const above = new Set(operators.flatMap(({ id, inherited_from }) => (inherited_from ? [id] : [])));
  if (free.length === 0) return <p className="limit-lead">{m.limits_free_none({ account: account.name })}</p>;
  return (
    <>
      <p className="limit-lead">{m.limits_free_lead({ account: account.name })}</p>
      <ul>
        {free.slice(0, SHOWN).map((operator) => (
          <li key={operator.grant_id} className="limit">
            <div>
              <strong>{operator.name}</strong>
              <span className="cell-sub">{operator.email}</span>
            </div>
            <div className="limit-role">
              {above.has(operator.id) && <Badge tone="warn">{m.limits_free_above()}</Badge>}
              <span>
                <RoleName role={operator.role} given={operator.role_name} />
              </span>
            </div>
          </li>
        ))}
      </ul>
      {free.length > SHOWN && (
        <p className="limit-lead">{m.limits_free_more({ count: number(free.length - SHOWN) })}</p>
      )}
    </>
  );
}
