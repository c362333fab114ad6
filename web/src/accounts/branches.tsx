/** Chooses accounts below the one on screen, by search: the branches that a role leaves out. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Autocomplete, Input, ListBox, ListBoxItem, SearchField } from "react-aria-components";
import { api, reply } from "@/api/client";
import type { Account, Named } from "@/api/types";
import { IconButton } from "@/design/button";
import { Icon } from "@/design/icon";
import { useLater } from "@/design/later";
import { m } from "@/i18n";
import { kindName } from "./kind";
import "./branches.css";

/** As many as stand without scrolling: the others are found by typing. */
export const SHOWN = 8;

type Props = { account: string; chosen: Named[]; onChange: (chosen: Named[]) => void };

export function BranchPicker({ account, chosen, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const found = useBelow(account, useLater(typed.trim(), 200));
  const ids = chosen.map(({ id }) => id);
  return (
    <div className="field">
      <Chosen chosen={chosen} onRemove={(gone) => onChange(chosen.filter(({ id }) => id !== gone.id))} />
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <SearchField aria-label={m.branches_search()} className="switcher-search branches-search">
          <Icon name="search" />
          <Input className="input" placeholder={m.branches_search()} />
        </SearchField>
        <ListBox
          aria-label={m.branches_label()}
          className="branches-list"
          items={found}
          selectionMode="multiple"
          selectedKeys={ids}
          renderEmptyState={() => <p className="switcher-none">{m.switcher_none()}</p>}
          onSelectionChange={(keys) => {
            const now = keys === "all" ? found.map(({ id }) => id) : [...keys].map(String);
            const named = new Map([...chosen, ...found].map(({ id, name }) => [id, { id, name }]));
            onChange(now.flatMap((id) => named.get(id) ?? []));
          }}
        >
          {(branch) => (
            <ListBoxItem id={branch.id} textValue={branch.name} className="menu-item">
              {({ isSelected }) => (
                <>
                  <span className="truncate">{branch.name}</span>
                  <span className="switcher-item-kind truncate">{placeOf(branch, account)}</span>
                  {isSelected && (
                    <span className="check">
                      <Icon name="check" />
                    </span>
                  )}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Autocomplete>
      <p className="hint">{m.branches_hint()}</p>
    </div>
  );
}

function useBelow(account: string, q: string): Account[] {
  const below = useQuery({
    queryKey: ["accounts", account, "branches", q],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      reply(
        api.GET("/api/v1/accounts/{id}/accounts", {
          params: { path: { id: account }, query: { depth: "subtree", q: q || undefined, limit: SHOWN } },
          signal,
        }),
      ),
  });
  return below.data?.items ?? [];
}

/** What it is, and below which dealer where it is not directly below the account on screen. */
function placeOf(branch: Account, from: string): string {
  const at = branch.path.findIndex(({ id }) => id === from);
  const between = branch.path.slice(at + 1, -1).map(({ name }) => name);
  return [kindName(branch.kind), ...between].join(" · ");
}

function Chosen({ chosen, onRemove }: { chosen: Named[]; onRemove: (branch: Named) => void }) {
  return (
    <>
      <span className="label">{m.branches_label()}</span>
      {chosen.length > 0 && (
        <ul className="tags" aria-label={m.branches_label()}>
          {chosen.map((branch) => (
            <li key={branch.id} className="badge badge--accent tag">
              <span className="truncate">{branch.name}</span>
              <IconButton
                icon="close"
                label={m.branches_remove({ name: branch.name })}
                onPress={() => onRemove(branch)}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
