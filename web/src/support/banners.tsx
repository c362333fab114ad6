/** What cannot be missed while it lasts: that one looks as somebody else, or elevated, until when, and the way out. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAccount } from "@/accounts/queries";
import { Button } from "@/design/button";
import { Icon } from "@/design/icon";
import { useNow } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useSession } from "@/session/session";
import { useEndElevation, useEndView, useOwnElevation, useWhenOver } from "./queries";
import "./support.css";

const MINUTE_MS = 60_000;

function clock(at: string): string {
  return dateTime(at, { timeStyle: "short" });
}

function useMinutesLeft(until: string): string {
  const now = useNow();
  return String(Math.max(1, Math.round((Date.parse(until) - now) / MINUTE_MS)));
}

export function ViewBanner() {
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const end = useEndView();
  const viewing = session?.viewing;
  // where one looked may be out of one's own sight, so one begins anew where one's own begins
  async function leave() {
    client.clear();
    await navigate({ to: "/" });
  }
  useWhenOver(viewing?.until, () => {
    toast(m.view_as_over());
    leave();
  });
  if (!session || !viewing) return null;
  return (
    <section className="support" aria-label={m.view_as_banner()}>
      <Icon name="operators" />
      <div className="support-text" role="status">
        <strong>{m.view_as_now({ name: viewing.name, email: viewing.email })}</strong>{" "}
        <span>
          {m.view_as_you({ name: session.operator.name })} <Left until={viewing.until} />
        </span>
      </div>
      <Button
        isPending={end.isPending}
        onPress={() => end.mutate(undefined, { onSuccess: leave, onError: toastProblem })}
      >
        {m.view_as_end()}
      </Button>
    </section>
  );
}

export function ElevationBanner() {
  const account = useAccount();
  const elevation = useOwnElevation(account);
  const client = useQueryClient();
  const end = useEndElevation(account?.id ?? "");
  useWhenOver(elevation?.expires_at, () => {
    toast(m.elevation_over());
    client.resetQueries();
  });
  if (!account || !elevation) return null;
  return (
    <section className="support" aria-label={m.elevation_banner()}>
      <Icon name="shield" />
      <div className="support-text" role="status">
        <strong>{m.elevation_now({ account: account.name })}</strong>{" "}
        <span>
          {m.elevation_seen()} <Left until={elevation.expires_at} />
        </span>
      </div>
      <Button isPending={end.isPending} onPress={() => end.mutate(undefined, { onError: toastProblem })}>
        {m.elevation_end()}
      </Button>
    </section>
  );
}

function Left({ until }: { until: string }) {
  const minutes = useMinutesLeft(until);
  return (
    <time dateTime={until} className="nowrap">
      {m.support_left({ time: clock(until), count: minutes })}
    </time>
  );
}
