/** Chooses the account below which another is to lie, by search: any in reach that can have accounts below it. */
import { useState } from "react";
import { Autocomplete, Input, ListBox, ListBoxItem, SearchField } from "react-aria-components";
import type { Account } from "@/api/types";
import { Icon } from "@/design/icon";
import { useLater } from "@/design/later";
import { m } from "@/i18n";
import { useSession } from "@/session/session";
import { SHOWN } from "../branches";
import { kindName } from "../kind";
import { useReachable } from "../queries";
import "../switcher.css";

type Props = { account: Account; chosen: string | undefined; onChoose: (parent: string | undefined) => void };

export function ParentPicker({ account, chosen, onChoose }: Props) {
  const session = useSession();
  const [typed, setTyped] = useState("");
  const roots = session?.grants.map((grant) => grant.account) ?? [];
  const { data: found = [] } = useReachable(roots, useLater(typed.trim(), 200));
  const parents = found.filter((one) => canHold(one, account)).slice(0, SHOWN);
  return (
    <Autocomplete inputValue={typed} onInputChange={setTyped}>
      <SearchField aria-label={m.move_search()} className="switcher-search branches-search">
        <Icon name="search" />
        <Input className="input" placeholder={m.move_search()} />
      </SearchField>
      <ListBox
        aria-label={m.move_where()}
        className="branches-list"
        items={parents}
        selectionMode="single"
        selectedKeys={chosen ? [chosen] : []}
        renderEmptyState={() => <p className="switcher-none">{m.switcher_none()}</p>}
        onSelectionChange={(keys) => {
          const [id] = keys === "all" ? [] : [...keys];
          onChoose(id === undefined ? undefined : String(id));
        }}
      >
        {(parent) => (
          <ListBoxItem id={parent.id} textValue={parent.name} className="menu-item">
            {({ isSelected }) => (
              <>
                <span className="truncate">{parent.name}</span>
                <span className="switcher-item-kind truncate">{placeOf(parent)}</span>
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
  );
}

/** Neither a customer, nor the account itself or one below it; whatever else speaks against it the server says. */
function canHold(parent: Account, account: Account): boolean {
  const inside = parent.lineage.startsWith(account.lineage);
  return parent.kind !== "customer" && !inside && parent.id !== account.parent_id;
}

function placeOf(account: Account): string {
  return [kindName(account.kind), ...account.path.slice(0, -1).map(({ name }) => name)].join(" · ");
}
