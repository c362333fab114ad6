/** Accounts as rows, each with how much lies in its subtree. */
import { Link } from "@tanstack/react-router";
import type { Account } from "@/api/types";
import { Badge } from "@/design/text";
import { m } from "@/i18n";
import { date, number } from "@/i18n/format";
import { kindName } from "./kind";
import { AccountState } from "./state";

export function AccountTable({ accounts }: { accounts: Account[] }) {
  return (
    <div className="card-body--flush">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col">{m.col_kind()}</th>
            <th scope="col" className="number">
              {m.nav_devices()}
            </th>
            <th scope="col" className="number">
              {m.col_alerts()}
            </th>
            <th scope="col" className="number">
              {m.nav_collectors()}
            </th>
            <th scope="col">{m.col_created()}</th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <tr key={account.id}>
              <td>
                <Link to="/a/$account" params={{ account: account.id }}>
                  <strong>{account.name}</strong>
                </Link>{" "}
                <AccountState account={account} />
              </td>
              <td>{kindName(account.kind)}</td>
              <td className="number">{number(account.counts.devices)}</td>
              <td className="number">
                {account.counts.alerts_open > 0 ? (
                  <Badge tone="bad">{number(account.counts.alerts_open)}</Badge>
                ) : (
                  number(0)
                )}
              </td>
              <td className="number">{number(account.counts.collectors)}</td>
              <td className="nowrap">{date(account.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
