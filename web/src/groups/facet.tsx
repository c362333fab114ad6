/** Narrows a list to the devices of one group; where there are none, it is not there. */
import { useAccountId } from "@/accounts/queries";
import { Facet } from "@/design/fields";
import { m } from "@/i18n";
import { useGroups } from "./queries";

type Props = { value: string | undefined; onChange: (group: string | undefined) => void };

export function GroupFacet({ value, onChange }: Props) {
  const groups = useGroups(useAccountId()).data ?? [];
  if (groups.length === 0) return null;
  // two customers may both have a "Second floor"
  const several = new Set(groups.map(({ account }) => account.id)).size > 1;
  return (
    <Facet
      label={m.col_group()}
      any={m.filter_any()}
      value={value}
      choices={groups.map(({ id, name, account }) => ({ id, name, ...(several && { mark: account.name }) }))}
      onChange={onChange}
    />
  );
}
