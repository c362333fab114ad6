/** The roles that can be given on an account, each with what it permits; its own are made and changed here. */
import { useState } from "react";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { ProblemError } from "@/api/problem";
import type { Role } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Card, Page } from "@/design/page";
import { Badge } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { EditRole } from "./edit";
import { PermissionList } from "./permission-list";
import { useRoleChanges, useRoles } from "./queries";
import { inOrder, roleName, roleWhat } from "./role";
import "./roles.css";

export function RoleList() {
  const id = useAccountId();
  const account = useAccount();
  const mayMake = useMay("manage_roles");
  const roles = useRoles(id);
  const [editing, setEditing] = useState<Role | "new">();
  const [deleting, setDeleting] = useState<Role>();
  const add = mayMake && (
    <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
      {m.roles_add()}
    </Button>
  );
  return (
    <Page title={m.roles_title()} lead={account && m.roles_lead({ account: account.name })} actions={add}>
      <Load query={roles}>
        {(rows) => {
          const made = inOrder(rows.filter((role) => role.account_id));
          return (
            <>
              <Card title={m.roles_made()} flush>
                {made.length === 0 ? (
                  <Empty icon="role" title={m.roles_empty_title()} action={add}>
                    {mayMake ? m.roles_empty_body() : m.roles_empty_viewer()}
                  </Empty>
                ) : (
                  <ul>
                    {made.map((role) => (
                      <RoleRow
                        key={role.role}
                        role={role}
                        onEdit={mayMake && role.account_id === id ? setEditing : undefined}
                        onDelete={mayMake && role.account_id === id ? setDeleting : undefined}
                      />
                    ))}
                  </ul>
                )}
              </Card>
              <Card title={m.roles_built_in()} flush>
                <ul>
                  {inOrder(rows.filter((role) => !role.account_id)).map((role) => (
                    <RoleRow key={role.role} role={role} />
                  ))}
                </ul>
              </Card>
            </>
          );
        }}
      </Load>
      {editing && (
        <EditRole
          account={id}
          role={editing}
          roles={roles.data ?? []}
          onClose={() => setEditing(undefined)}
        />
      )}
      <DeleteRole account={id} role={deleting} onClose={() => setDeleting(undefined)} />
    </Page>
  );
}

type RowProps = { role: Role; onEdit?: (role: Role) => void; onDelete?: (role: Role) => void };

function RoleRow({ role, onEdit, onDelete }: RowProps) {
  const name = roleName(role.role, role.name);
  const count = role.permissions.length;
  return (
    <li className="role">
      <div className="role-head">
        <div>
          <strong>{name}</strong> {role.account_id && <MadeBy account={role.account_id} />}
          <p>{roleWhat(role.role)}</p>
        </div>
        <div className="actions">
          {onEdit && (
            <IconButton icon="edit" label={`${m.action_edit()}: ${name}`} onPress={() => onEdit(role)} />
          )}
          {onDelete && (
            <IconButton icon="trash" label={`${m.action_delete()}: ${name}`} onPress={() => onDelete(role)} />
          )}
        </div>
      </div>
      <details>
        <summary>{m.role_count({ count, shown: number(count) })}</summary>
        <PermissionList permissions={role.permissions} />
      </details>
    </li>
  );
}

function MadeBy({ account }: { account: string }) {
  const here = useAccount();
  const maker = here?.path.find((step) => step.id === account);
  if (!maker) return null;
  return (
    <Badge>{account === here?.id ? m.role_made_here() : m.role_made_above({ account: maker.name })}</Badge>
  );
}

type DeleteProps = { account: string; role: Role | undefined; onClose: () => void };

function DeleteRole({ account, role, onClose }: DeleteProps) {
  const { remove } = useRoleChanges(account);
  return (
    <Confirm
      title={m.role_delete_title({ name: role?.name ?? "" })}
      body={m.role_delete_body()}
      action={m.action_delete()}
      open={role !== undefined}
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        role &&
        remove.mutate(role.role, {
          onSuccess: () => {
            toast(m.role_deleted({ name: role.name }));
            onClose();
          },
          onError: (error) => {
            if (error instanceof ProblemError && error.status === 409) toast(m.role_held());
            else toastProblem(error);
            onClose();
          },
        })
      }
    />
  );
}
