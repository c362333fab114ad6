/**
 * Moves an account: first the new place is chosen, then the server says what the move would do and what stands in its
 * way, and only then it is asked for. The chosen place stands in the address, so a plan can be shown to somebody else.
 */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Account, MovePlan } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card, Page } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { RoleName } from "@/roles/name";
import { permissionName } from "@/roles/words";
import { standsAbove } from "@/session/above";
import { may, useSession } from "@/session/session";
import { AccountName } from "../name";
import { accountQuery, useAccountId } from "../queries";
import { Conflicts } from "./conflicts";
import { ParentPicker } from "./parent";
import { planQuery, useMove } from "./queries";
import { movedThings } from "./words";
import "./settings.css";

const route = getRouteApi("/a/$account/settings/move");

export function MovePage() {
  const account = useQuery(accountQuery(useAccountId()));
  const session = useSession();
  return (
    <Page
      title={m.move_title({ account: account.data?.name ?? "" })}
      lead={m.move_lead()}
      crumbs={<Crumbs account={account.data} />}
    >
      <Load query={account}>
        {(here) =>
          standsAbove(session, here) && may(here, "manage_accounts") ? (
            <Steps account={here} />
          ) : (
            <Empty icon="limit" title={m.problem_own_account()}>
              {m.move_not_here()}
            </Empty>
          )
        }
      </Load>
    </Page>
  );
}

function Crumbs({ account }: { account: Account | undefined }) {
  if (!account) return null;
  return (
    <nav className="crumbs" aria-label={m.crumbs_label()}>
      <Link to="/a/$account/settings" params={{ account: account.id }}>
        {m.settings_title()}
      </Link>
      <span aria-hidden="true"> /</span>
    </nav>
  );
}

function Steps({ account }: { account: Account }) {
  const { to } = route.useSearch();
  const navigate = useNavigate();
  const choose = (parent: string | undefined) =>
    navigate({
      to: "/a/$account/settings/move",
      params: { account: account.id },
      search: { to: parent },
      replace: true,
    });
  return (
    <div className="settings">
      <Card title={m.move_where()}>
        <ParentPicker account={account} chosen={to} onChoose={choose} />
      </Card>
      {to && <Plan account={account} to={to} />}
    </div>
  );
}

function Plan({ account, to }: { account: Account; to: string }) {
  const plan = useQuery(planQuery(account.id, to));
  const target = useQuery(accountQuery(to)).data;
  const [asking, setAsking] = useState(false);
  return (
    <Card title={m.move_plan()}>
      <Load query={plan}>
        {(found) => (
          <div className="stack" aria-live="polite">
            <p className="move-way">
              <AccountName id={found.from_parent_id} />
              <span aria-hidden="true">→</span>
              <strong>{target?.name ?? "…"}</strong>
            </p>
            {found.conflicts.length > 0 ? (
              <section aria-label={m.move_conflicts()}>
                <h3>{m.move_conflicts()}</h3>
                <Conflicts conflicts={found.conflicts} />
              </section>
            ) : (
              <p className="move-free">
                <Icon name="check" />
                {m.move_free()}
              </p>
            )}
            <What plan={found} />
            <Reach plan={found} />
            <div className="actions">
              <Button look="primary" isDisabled={found.conflicts.length > 0} onPress={() => setAsking(true)}>
                {m.move_begin()}
              </Button>
            </div>
          </div>
        )}
      </Load>
      {asking && (
        <Confirmation
          account={account}
          to={to}
          target={target?.name ?? ""}
          widens={plan.data !== undefined && isSome(plan.data.gains_access)}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  );
}

function What({ plan }: { plan: MovePlan }) {
  return (
    <section aria-label={m.move_what()}>
      <h3>{m.move_what()}</h3>
      <ul className="move-things">
        <li>
          <strong>{number(plan.accounts)}</strong> {m.audit_area_accounts()}
        </li>
        {movedThings(plan.rows).map(({ word, count }) => (
          <li key={word}>
            <strong>{number(count)}</strong> {word}
          </li>
        ))}
      </ul>
      <p className="hint">{m.move_stays()}</p>
    </section>
  );
}

/** Who comes to reach it and who no longer does, what is denied to those above from then on, and by whom. */
function Reach({ plan }: { plan: MovePlan }) {
  const { gains_access: gains, loses_access: loses } = plan;
  const come = plan.restrictions_come.map(permissionName);
  const kept = plan.restrictions_kept.map(permissionName);
  const go = plan.restrictions_go.map(permissionName);
  return (
    <section className="move-reach" aria-label={m.move_reach()}>
      <h3>{m.move_reach()}</h3>
      {isSome(gains) && (
        <p className="notice notice--danger" role="status">
          <Icon name="warning" />
          {m.move_widens()}
        </p>
      )}
      <dl>
        <People title={m.move_gains()} reach={gains} />
        <People title={m.move_loses()} reach={loses} />
        {come.length > 0 && <Words title={m.move_denies()} words={come} />}
        {kept.length > 0 && <Words title={m.move_kept()} words={kept} />}
        {go.length > 0 && <Words title={m.move_allows()} words={go} />}
        {plan.exclusions_lapse.length > 0 && (
          <div>
            <dt>{m.move_lapses()}</dt>
            {plan.exclusions_lapse.map((id) => (
              <dd key={id}>
                <AccountName id={id} />
              </dd>
            ))}
          </div>
        )}
      </dl>
      {plan.suspended && (
        <p className="move-suspended">
          <Icon name="warning" />
          {m.move_suspended()}
        </p>
      )}
    </section>
  );
}

function Words({ title, words }: { title: string; words: string[] }) {
  return (
    <div>
      <dt>{title}</dt>
      {words.map((word) => (
        <dd key={word}>{word}</dd>
      ))}
    </div>
  );
}

function isSome(reach: MovePlan["gains_access"]): boolean {
  return reach.operators.length > 0 || reach.others > 0;
}

/** The role says what they come to do; a made one comes by its name. */
function People({ title, reach }: { title: string; reach: MovePlan["gains_access"] }) {
  return (
    <div>
      <dt>{title}</dt>
      {!isSome(reach) && <dd className="muted">{m.move_nobody()}</dd>}
      {reach.operators.map((one) => (
        <dd key={`${one.operator_id} ${one.granted_on}`}>
          <strong>{one.name}</strong> <span className="cell-sub">{one.email}</span>
          <span className="cell-sub">
            <RoleName role={one.role} given={one.role} /> · <AccountName id={one.granted_on} />
          </span>
        </dd>
      ))}
      {reach.others > 0 && <dd className="muted">{m.move_others({ count: number(reach.others) })}</dd>}
    </div>
  );
}

type ConfirmationProps = {
  account: Account;
  to: string;
  target: string;
  widens: boolean;
  onClose: () => void;
};

function Confirmation({ account, to, target, widens, onClose }: ConfirmationProps) {
  const move = useMove(account.id);
  const navigate = useNavigate();
  async function begin() {
    try {
      await move.mutateAsync(to);
      toast(m.move_begun({ account: account.name }));
      await navigate({ to: "/a/$account/settings", params: { account: account.id } });
    } catch (error) {
      toastProblem(error);
      onClose();
    }
  }
  return (
    <Dialog title={m.move_ask({ account: account.name, target })} open onClose={onClose} role="alertdialog">
      <p className="muted">{m.move_ask_body()}</p>
      {widens && (
        <p className="notice notice--danger">
          <Icon name="warning" />
          {m.move_widens()}
        </p>
      )}
      <div className="dialog-actions">
        <Button onPress={onClose} autoFocus>
          {m.action_cancel()}
        </Button>
        <Button look="danger" isPending={move.isPending} onPress={begin}>
          {m.move_begin()}
        </Button>
      </div>
    </Dialog>
  );
}
