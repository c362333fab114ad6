/**
 * Accounts as a tree: a dealer's branch is read when it is first opened. Arrow keys move, open and close,
 * Enter goes to the account. What a search found stands without its branches, with the way down to it.
 */
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import {
  Button as AriaButton,
  Collection,
  type Key,
  Tree,
  TreeItem,
  TreeItemContent,
} from "react-aria-components";
import type { Account } from "@/api/types";
import { IconButton } from "@/design/button";
import { Icon } from "@/design/icon";
import { Badge, Nothing } from "@/design/text";
import { m } from "@/i18n";
import { date, number } from "@/i18n/format";
import { kindName } from "./kind";
import { type Branch, useBranches } from "./queries";
import { AccountState } from "./state";
import "./account-tree.css";

type Props = {
  /** The account whose tree it is. */
  top: string;
  accounts: Account[];
  found: boolean;
  onRename?: (account: Account) => void;
};

/** A row of the tree: an account, or a line that says why there is none. */
type Row = { id: string; account?: Account; note?: string; goes?: string; rows: Row[] };

/** A dealer's branch always holds a line, even before it is read: what holds none cannot be opened. */
function rowsOf(accounts: Account[], branches: ReadonlyMap<string, Branch>): Row[] {
  return accounts.map((account) => ({
    id: account.id,
    account,
    rows: account.kind === "customer" ? [] : below(account, branches.get(account.id), branches),
  }));
}

function below(account: Account, branch: Branch | undefined, branches: ReadonlyMap<string, Branch>): Row[] {
  if (!branch?.accounts) return [{ id: `${account.id} wait`, note: m.state_loading(), rows: [] }];
  if (branch.accounts.length === 0)
    return [{ id: `${account.id} none`, note: m.accounts_branch_empty({ account: account.name }), rows: [] }];
  const rows = rowsOf(branch.accounts, branches);
  if (!branch.more) return rows;
  const note = m.accounts_branch_more({ account: account.name });
  return [...rows, { id: `${account.id} more`, note, goes: account.id, rows: [] }];
}

export function AccountTree({ top, accounts, found, onRename }: Props) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<ReadonlySet<Key>>(new Set());
  // who may not look at devices sees no figures of them
  const counted = accounts.some(({ counts }) => counts);
  const branches = useBranches(found ? [] : [...open].map(String));
  const go = (account: string, section: "" | "/accounts" | "/settings" = "") =>
    navigate({ to: `/a/$account${section}`, params: { account } });

  function item(row: Row) {
    const { account } = row;
    if (!account)
      return (
        <TreeItem
          id={row.id}
          textValue={row.note ?? ""}
          className="tree-row tree-note"
          onAction={row.goes ? () => go(row.goes ?? top, "/accounts") : undefined}
        >
          <TreeItemContent>
            <span className="tree-name">{row.note}</span>
          </TreeItemContent>
        </TreeItem>
      );
    return (
      <TreeItem id={row.id} textValue={account.name} className="tree-row" onAction={() => go(account.id)}>
        <TreeItemContent>
          {({ isExpanded, hasChildItems }) => (
            <>
              <Name
                account={account}
                top={found ? top : undefined}
                isBranch={hasChildItems}
                isOpen={isExpanded}
              />
              {counted && <Counts counts={account.counts} />}
              <span className="tree-date tree-rare">
                <span className="sr-only">{m.col_created()}: </span>
                {date(account.created_at)}
              </span>
              <span className="tree-actions">
                {onRename && (
                  <span className="tree-rare">
                    <IconButton
                      icon="edit"
                      label={`${m.action_rename()}: ${account.name}`}
                      onPress={() => onRename(account)}
                    />
                  </span>
                )}
                {onRename && (
                  <IconButton
                    icon="settings"
                    label={`${m.nav_settings()}: ${account.name}`}
                    onPress={() => go(account.id, "/settings")}
                  />
                )}
              </span>
            </>
          )}
        </TreeItemContent>
        <Collection items={row.rows}>{item}</Collection>
      </TreeItem>
    );
  }

  return (
    <div className={counted ? "tree-frame" : "tree-frame tree-frame--bare"}>
      <div className="tree-head" aria-hidden="true">
        <span>{m.col_name()}</span>
        {counted && (
          <>
            <span className="number">{m.nav_devices()}</span>
            <span className="number">{m.col_alerts()}</span>
            <span className="number tree-rare">{m.nav_collectors()}</span>
          </>
        )}
        <span className="tree-rare">{m.col_created()}</span>
        <span />
      </div>
      <Tree
        aria-label={m.accounts_tree()}
        className="tree"
        items={
          found
            ? accounts.map((account) => ({ id: account.id, account, rows: [] }))
            : rowsOf(accounts, branches)
        }
        dependencies={[branches, onRename, counted]}
        expandedKeys={open}
        onExpandedChange={setOpen}
      >
        {item}
      </Tree>
    </div>
  );
}

type NameProps = { account: Account; top?: string; isBranch: boolean; isOpen: boolean };

function Name({ account, top, isBranch, isOpen }: NameProps) {
  const between = top ? account.path.slice(account.path.findIndex(({ id }) => id === top) + 1, -1) : [];
  return (
    <span className="tree-name">
      {isBranch ? (
        <AriaButton
          slot="chevron"
          className="button button--quiet tree-chevron"
          aria-label={`${isOpen ? m.tree_collapse() : m.tree_expand()}: ${account.name}`}
        >
          <Icon name="chevron" />
        </AriaButton>
      ) : (
        <span className="tree-chevron" />
      )}
      <span className="tree-title">
        <strong className="truncate">{account.name}</strong>
        <span className="tree-kind">
          {[kindName(account.kind), ...between.map(({ name }) => name)].join(" · ")}
        </span>
      </span>
      <AccountState account={account} />
    </span>
  );
}

/** Without figures where the account is cut out of what may be looked at. */
function Counts({ counts }: { counts: Account["counts"] }) {
  const shown = (count: number | undefined) => (count === undefined ? <Nothing /> : number(count));
  const alerts = counts?.alerts_open;
  return (
    <>
      <Count label={m.nav_devices()}>{shown(counts?.devices)}</Count>
      <Count label={m.col_alerts()}>
        {alerts ? <Badge tone="bad">{number(alerts)}</Badge> : shown(alerts)}
      </Count>
      <Count label={m.nav_collectors()} rare>
        {shown(counts?.collectors)}
      </Count>
    </>
  );
}

/** The column's head is for the eye alone, so each figure names what it counts. */
function Count({ label, rare, children }: { label: string; rare?: boolean; children: ReactNode }) {
  return (
    <span className={rare ? "tree-count tree-rare" : "tree-count"}>
      <span className="sr-only">{label}: </span>
      {children}
    </span>
  );
}
