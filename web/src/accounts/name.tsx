/** The name of an account of which only the id is known; of one out of sight that it is one above. */
import { useQuery } from "@tanstack/react-query";
import { m } from "@/i18n";
import { accountQuery } from "./queries";

export function AccountName({ id }: { id: string | null | undefined }) {
  const found = useQuery({ ...accountQuery(id ?? ""), enabled: Boolean(id) });
  return <>{found.data?.name ?? (id && found.isPending ? "…" : m.account_unseen())}</>;
}
