/** Makes an API token. The secret is in this dialog once and nowhere else. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, reply } from "@/api/client";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { CopyLine } from "@/design/text";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { PermissionPicker } from "@/roles/permission-picker";
import { builtInChoices, roleWhat } from "@/roles/role";
import type { Permission } from "@/session/permission";

/** The server knows how long that is. */
const LONGEST = "longest";
/** Stands in the list of roles for permissions chosen one by one. */
const SINGLE = "single";
const LIFETIMES_DAYS = ["30", "90"];

export function NewToken({ account, onClose }: { account: string; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState("viewer");
  const [chosen, setChosen] = useState<Permission[]>([]);
  const single = role === SINGLE;
  const [days, setDays] = useState("90");
  const create = useMutation({
    mutationFn: () =>
      reply(
        api.POST("/api/v1/accounts/{id}/tokens", {
          params: { path: { id: account } },
          body: {
            name: name.trim(),
            ...(single ? { permissions: chosen } : { role }),
            ...(days !== LONGEST && {
              expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString(),
            }),
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens", account] }),
  });
  if (create.data) {
    return (
      <Dialog title={m.token_created_title()} open onClose={onClose} wide>
        <p className="muted">{m.token_created_lead()}</p>
        <div className="dialog-body">
          <CopyLine label={m.token_secret()} value={create.data.secret} />
        </div>
        <div className="dialog-actions">
          <Button look="primary" onPress={onClose}>
            {m.action_done()}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={m.tokens_add()} open onClose={onClose} wide={single}>
      <Form onSubmit={() => create.mutateAsync()}>
        <TextField
          name="name"
          label={m.col_name()}
          hint={m.token_name_hint()}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
        />
        <Select
          name="role"
          label={m.col_permits()}
          choices={[...builtInChoices(), { id: SINGLE, name: m.token_single() }]}
          value={role}
          onChange={setRole}
          hint={single ? m.token_single_hint() : roleWhat(role)}
        />
        {single && <PermissionPicker chosen={chosen} onChange={setChosen} />}
        <Select
          name="expires_at"
          label={m.col_expires()}
          choices={[
            ...LIFETIMES_DAYS.map((id) => ({
              id,
              name: number(Number(id), { style: "unit", unit: "day", unitDisplay: "long" }),
            })),
            { id: LONGEST, name: m.token_longest() },
          ]}
          value={days}
          onChange={setDays}
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button
            look="primary"
            type="submit"
            isDisabled={single && chosen.length === 0}
            isPending={create.isPending}
          >
            {m.action_create()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
