/**
 * After a new password: what goes on working all the same is to be looked over. A banner on every page leads to the
 * operator's own settings, where passkeys and tokens stand with a way to end them.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useAccountId } from "@/accounts/queries";
import { api, reply } from "@/api/client";
import { Button } from "@/design/button";
import { Icon } from "@/design/icon";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { sessionQuery, useSession } from "@/session/session";

/** Since when something is to be looked over; nobody does that while looking as somebody else. */
function useReviewSince(): string | undefined {
  const session = useSession();
  return session?.viewing ? undefined : (session?.operator.review_since ?? undefined);
}

export function ReviewBanner() {
  const since = useReviewSince();
  const account = useAccountId();
  if (!since) return null;
  return (
    <div className="banner" role="status">
      <Icon name="shield" />
      <span className="banner-text">
        <strong>{m.review_title({ date: date(since) })}</strong> {m.review_body()}
      </span>
      <Link className="banner-link" to="/a/$account/security" params={{ account }}>
        {m.review_link()}
      </Link>
    </div>
  );
}

export function ReviewNotice() {
  const client = useQueryClient();
  const since = useReviewSince();
  const done = useMutation({
    mutationFn: () => reply(api.DELETE("/api/v1/session/review", {})),
    onSuccess: () => {
      toast(m.review_thanks());
      return client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
    onError: toastProblem,
  });
  if (!since) return null;
  return (
    <section className="card" aria-label={m.review_link()}>
      <div className="card-body">
        <p>
          <strong>{m.review_title({ date: date(since) })}</strong> {m.review_body()}
        </p>
        <div>
          <Button isPending={done.isPending} onPress={() => done.mutate()}>
            {m.review_done()}
          </Button>
        </div>
      </div>
    </section>
  );
}
