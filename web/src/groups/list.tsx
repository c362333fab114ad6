/** The groups of the account and below: each leads to its devices. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAccountId, useMay } from "@/accounts/queries";
import type { Group } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Page } from "@/design/page";
import { dismissAbout, toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date, number } from "@/i18n/format";
import { EditGroup } from "./edit";
import { useDeleteGroup, useGroups } from "./queries";

export function GroupList() {
  const account = useAccountId();
  const mayManage = useMay("manage_devices");
  const groups = useGroups(account);
  const [editing, setEditing] = useState<Group | "new">();
  const add = mayManage && (
    <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
      {m.groups_add()}
    </Button>
  );
  return (
    <Page title={m.groups_title()} lead={m.groups_lead()} actions={add}>
      <section className="card" aria-label={m.groups_title()}>
        <Load query={groups}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="group" title={m.groups_empty_title()} action={add}>
                {m.groups_empty_body()}
              </Empty>
            ) : (
              <GroupTable account={account} groups={rows} mayManage={mayManage} onEdit={setEditing} />
            )
          }
        </Load>
      </section>
      {editing && <EditGroup account={account} group={editing} onClose={() => setEditing(undefined)} />}
    </Page>
  );
}

type TableProps = {
  account: string;
  groups: Group[];
  mayManage: boolean;
  onEdit: (group: Group) => void;
};

function GroupTable({ account, groups, mayManage, onEdit }: TableProps) {
  const [deleting, setDeleting] = useState<Group>();
  const remove = useDeleteGroup();
  const below = groups.some((group) => group.account.id !== account);
  return (
    <div className="card-body--flush">
      <table className="table table--folds">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            {below && (
              <th scope="col" className="rare">
                {m.col_account()}
              </th>
            )}
            <th scope="col" className="number">
              {m.nav_devices()}
            </th>
            <th scope="col" className="rare">
              {m.col_created()}
            </th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.id}>
              <td>
                <Link to="/a/$account/devices" params={{ account }} search={{ group: group.id }}>
                  <strong>{group.name}</strong>
                </Link>
                {below && <span className="narrow cell-sub">{group.account.name}</span>}
              </td>
              {below && <td className="rare">{group.account.name}</td>}
              <td className="number">{number(group.devices)}</td>
              <td className="rare nowrap">{date(group.created_at)}</td>
              <td>
                {mayManage && (
                  <div className="actions">
                    <IconButton
                      icon="edit"
                      label={`${m.action_rename()}: ${group.name}`}
                      onPress={() => onEdit(group)}
                    />
                    <IconButton
                      icon="trash"
                      label={`${m.action_delete()}: ${group.name}`}
                      onPress={() => setDeleting(group)}
                    />
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        title={m.group_delete_title({ name: deleting?.name ?? "" })}
        body={m.group_delete_body()}
        action={m.action_delete()}
        open={deleting !== undefined}
        busy={remove.isPending}
        onClose={() => setDeleting(undefined)}
        onConfirm={() =>
          deleting &&
          remove
            .mutateAsync(deleting)
            .then(() => {
              dismissAbout(deleting.id);
              toast(m.group_deleted({ name: deleting.name }));
              setDeleting(undefined);
            })
            // not per-call callbacks: with the last group the table is gone by the time the server answers
            .catch(toastProblem)
        }
      />
    </div>
  );
}
