/** The accounts below the one on screen, as a tree; a search looks through all of it. */
import { type ReactNode, useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Empty, Load } from "@/design/feedback";
import { SearchField } from "@/design/fields";
import { useLater } from "@/design/later";
import { More } from "@/design/more";
import { Page } from "@/design/page";
import { m } from "@/i18n";
import { AccountTree } from "./account-tree";
import { NewAccount } from "./new";
import { useAccount, useAccountId, useChildAccounts, useFoundAccounts, useMay } from "./queries";
import { RenameAccount } from "./rename";

export function AccountList() {
  const id = useAccountId();
  const kind = useAccount()?.kind;
  const mayManage = useMay("manage_accounts");
  const [typed, setTyped] = useState("");
  const q = useLater(typed.trim(), 250);
  const below = useChildAccounts(id, q === "");
  const found = useFoundAccounts(id, q);
  const accounts = q === "" ? below : found;
  const [open, setOpen] = useState<"new" | Account>();
  const add = mayManage && (
    <Button look="primary" icon="plus" onPress={() => setOpen("new")}>
      {m.accounts_add()}
    </Button>
  );
  return (
    <Page title={m.nav_accounts()} lead={m.accounts_lead()} actions={add}>
      <search className="toolbar">
        <SearchField
          label={m.accounts_search()}
          clearLabel={m.action_clear()}
          value={typed}
          onChange={setTyped}
        />
      </search>
      <section className="card" aria-label={m.accounts_tree()}>
        <Load query={accounts}>
          {(rows) =>
            rows.length === 0 ? (
              <NoAccounts searched={q !== ""} platform={kind === "platform"} add={add} />
            ) : (
              <AccountTree
                top={id}
                accounts={rows}
                found={q !== ""}
                onRename={mayManage ? setOpen : undefined}
              />
            )
          }
        </Load>
        <More query={accounts} />
      </section>
      {open === "new" && <NewAccount parent={id} onClose={() => setOpen(undefined)} />}
      {open && open !== "new" && <RenameAccount account={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

type NoAccountsProps = { searched: boolean; platform: boolean; add: ReactNode };

function NoAccounts({ searched, platform, add }: NoAccountsProps) {
  if (searched)
    return (
      <Empty icon="search" title={m.accounts_no_match()}>
        {m.accounts_no_match_body()}
      </Empty>
    );
  const invitation = platform ? m.accounts_empty_dealer() : m.accounts_empty_body();
  return (
    <Empty icon="customers" title={m.accounts_empty_title()} action={add}>
      {add ? invitation : m.accounts_empty_viewer()}
    </Empty>
  );
}
