/** Goes to another account in reach, staying in the same section of the portal. */
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import {
  Button as AriaButton,
  Autocomplete,
  Dialog,
  DialogTrigger,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
} from "react-aria-components";
import type { Account } from "@/api/types";
import { Icon } from "@/design/icon";
import { useLater } from "@/design/later";
import { m } from "@/i18n";
import { useSession } from "@/session/session";
import { kindName } from "./kind";
import { useAccount, useReachable } from "./queries";
import "./switcher.css";

/** `label` names the button where it asks for a choice instead of telling the present one. */
export function AccountSwitcher({ label }: { label?: string }) {
  const account = useAccount();
  const [open, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      {label ? (
        <AriaButton className="button button--primary">
          <Icon name="updown" />
          {label}
        </AriaButton>
      ) : (
        <AriaButton className="button switcher">
          <span className="truncate">
            <span className="sr-only">{m.switcher_label()}: </span>
            <span className="switcher-name truncate">{account?.name ?? "\u00a0"}</span>
            <span className="switcher-kind">{account ? kindName(account.kind) : "\u00a0"}</span>
          </span>
          <Icon name="updown" />
        </AriaButton>
      )}
      <Popover className="popover popover--wide" placement="bottom start" offset={4}>
        <Dialog className="switcher-dialog" aria-label={m.switcher_label()}>
          <Choices current={account?.id} onDone={() => setOpen(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Choices({ current, onDone }: { current?: string; onDone: () => void }) {
  const session = useSession();
  const navigate = useNavigate();
  const section = useRouterState({ select: (state) => sectionOf(state.location.pathname) });
  const [typed, setTyped] = useState("");
  const roots = session?.grants.map((grant) => grant.account) ?? [];
  const { data: accounts = [] } = useReachable(roots, useLater(typed.trim(), 200));
  const shallowest = Math.min(...accounts.map(depth));
  return (
    <Autocomplete inputValue={typed} onInputChange={setTyped}>
      <SearchField aria-label={m.switcher_search()} className="switcher-search" autoFocus>
        <Icon name="search" />
        <Input className="input" placeholder={m.switcher_search()} />
      </SearchField>
      <ListBox
        aria-label={m.switcher_label()}
        className="switcher-list"
        items={accounts}
        selectionMode="single"
        selectedKeys={current ? [current] : []}
        renderEmptyState={() => <p className="switcher-none">{m.switcher_none()}</p>}
        disallowEmptySelection
        onSelectionChange={(keys) => {
          const [id] = keys === "all" ? [] : [...keys];
          onDone();
          if (id !== undefined && id !== current)
            navigate({ to: `/a/$account${section}`, params: { account: String(id) } });
        }}
      >
        {(account) => (
          <ListBoxItem id={account.id} textValue={account.name} className="menu-item">
            <span
              className="switcher-item truncate"
              style={{ paddingInlineStart: `${typed ? 0 : Math.max(0, depth(account) - shallowest)}rem` }}
            >
              {account.name}
            </span>
            <span className="switcher-item-kind">
              {account.suspended_at || account.suspended_above
                ? m.account_suspended()
                : kindName(account.kind)}
            </span>
          </ListBoxItem>
        )}
      </ListBox>
    </Autocomplete>
  );
}

function depth(account: Account): number {
  return account.lineage.split("/").length;
}

/** The list a page belongs to: what another account has too. */
export function sectionOf(pathname: string): string {
  const section = pathname.split("/")[3];
  return section ? `/${section}` : "/";
}
