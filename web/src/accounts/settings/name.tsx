/** Name, kind and key of an account. */
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Card } from "@/design/page";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { kindName } from "../kind";
import { RenameAccount } from "../rename";

export function NameCard({ account, editable }: { account: Account; editable: boolean }) {
  const [renaming, setRenaming] = useState(false);
  return (
    <Card
      title={m.settings_account()}
      actions={editable && <Button onPress={() => setRenaming(true)}>{m.action_rename()}</Button>}
    >
      <dl className="settings-facts">
        <div>
          <dt>{m.col_name()}</dt>
          <dd>{account.name}</dd>
        </div>
        <div>
          <dt>{m.col_kind()}</dt>
          <dd>{kindName(account.kind)}</dd>
        </div>
        {account.key && (
          <div>
            <dt>{m.settings_key()}</dt>
            <dd>
              <code>{account.key}</code>
              <span className="cell-sub">{m.settings_key_hint()}</span>
            </dd>
          </div>
        )}
        <div>
          <dt>{m.col_created()}</dt>
          <dd>{date(account.created_at)}</dd>
        </div>
      </dl>
      {renaming && <RenameAccount account={account} onClose={() => setRenaming(false)} />}
    </Card>
  );
}
