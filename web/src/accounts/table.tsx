/** Accounts as rows, for who sees that they are there and not what is in them. */
import { Link } from "@tanstack/react-router";
import type { Account } from "@/api/types";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
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
              <td className="nowrap">{date(account.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
