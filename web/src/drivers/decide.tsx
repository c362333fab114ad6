/** What an account lets a driver do, and the way to change it: shown to who may not decide as well. */
import { useState } from "react";
import { useMay } from "@/accounts/queries";
import type { DriverAtAccount } from "@/api/types";
import { Button } from "@/design/button";
import { Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Badge } from "@/design/text";
import { toastProblem } from "@/design/toast";
import { categoryName } from "@/devices/words";
import { m } from "@/i18n";
import { list } from "@/i18n/format";
import { Choose, start } from "./choose";
import { Asks, Collects } from "./privacy-panel";
import { useDecide, useDriverAt } from "./queries";
import "./drivers.css";

export function DriverHere({ account, name }: { account: string; name: string }) {
  const at = useDriverAt(account, name);
  return (
    <Load query={at} rows={4}>
      {(found) => <Here account={account} at={found} />}
    </Load>
  );
}

function Here({ account, at }: { account: string; at: DriverAtAccount }) {
  const mayDecide = useMay("manage_drivers");
  const decide = useDecide(account, at.driver);
  const [choosing, setChoosing] = useState<"now" | "offered">();
  const statement = choosing === "now" && at.granted ? at.statement : (at.proposal ?? at.statement);
  const digest = choosing === "offered" && at.offered ? at.offered.digest : at.digest;

  if (choosing)
    return (
      <Choose
        key={`${choosing} ${digest}`}
        statement={statement}
        begin={start(at, statement)}
        busy={decide.isPending}
        action={at.granted ? m.choose_save() : m.choose_allow()}
        onCancel={() => setChoosing(undefined)}
        onDecide={(granted) =>
          decide.mutate(
            { granted: true, digest, ...granted },
            { onSuccess: () => setChoosing(undefined), onError: toastProblem },
          )
        }
      />
    );
  return (
    <>
      <div className="here-state">
        <Badge tone={at.granted ? "good" : "calm"}>
          {at.granted ? m.driver_granted_version({ version: at.version }) : m.driver_not_granted()}
        </Badge>
        {mayDecide && (
          <>
            <Button small look={at.granted ? "plain" : "primary"} onPress={() => setChoosing("now")}>
              {at.granted ? m.choose_change() : m.choose_open()}
            </Button>
            {at.granted && (
              <Button
                small
                isPending={decide.isPending}
                onPress={() => decide.mutate({ granted: false }, { onError: toastProblem })}
              >
                {m.choose_end()}
              </Button>
            )}
          </>
        )}
      </div>
      {at.offered && <Offered at={at} onLook={mayDecide ? () => setChoosing("offered") : undefined} />}
      <Collects statement={at.granted ? at.statement : (at.proposal ?? at.statement)} title={at.title} />
      {!at.granted && <p className="hint">{m.privacy_if()}</p>}
      <Asks statement={at.statement} />
    </>
  );
}

function Offered({ at, onLook }: { at: DriverAtAccount; onLook: (() => void) | undefined }) {
  if (!at.offered) return null;
  const categories = new Map(at.proposal?.items.map((item) => [item.name, item.category]));
  const names = at.offered.asks_more.map(({ name, title }) => {
    const category = categories.get(name);
    return category ? `${title ?? name} (${categoryName(category)})` : (title ?? name);
  });
  return (
    <section className="notice" aria-label={m.offer_title()}>
      <Icon name="warning" />
      <div>
        <strong>{m.offer_title()}</strong>
        <p>{m.offer_body({ version: at.offered.version, names: list(names), current: at.version })}</p>
        {!onLook && <p>{m.consent_owner()}</p>}
      </div>
      {onLook && (
        <Button small look="primary" onPress={onLook}>
          {m.offer_look()}
        </Button>
      )}
    </section>
  );
}
