/** Loads the next page of a keyset list. */
import { m } from "@/i18n";
import { Button } from "./button";

type Props = { query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } };

export function More({ query }: Props) {
  if (!query.hasNextPage) return null;
  return (
    <div className="more">
      <Button onPress={() => query.fetchNextPage()} isPending={query.isFetchingNextPage}>
        {m.action_more()}
      </Button>
    </div>
  );
}
