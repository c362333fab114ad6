/** Changes to a device: rename, move, ownership; and retiring it, after a confirm. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Device, DeviceDetail } from "@/api/types";
import { Button } from "@/design/button";
import { Confirm, Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { dismissAbout, toast, toastProblem } from "@/design/toast";
import type { FocusProps } from "@/design/virtual-table";
import { m } from "@/i18n";
import { deviceName } from "./name";
import { useEditDevice, useRestoreDevice, useRetireDevice, useSites } from "./queries";

type Props = { account: string; device: DeviceDetail };

export function DeviceActions({ account, device }: Props) {
  const [open, setOpen] = useState<"edit" | "retire">();
  const close = () => setOpen(undefined);
  return (
    <>
      <Button icon="edit" onPress={() => setOpen("edit")}>
        {m.action_edit()}
      </Button>
      <Button icon="trash" onPress={() => setOpen("retire")}>
        {m.device_retire()}
      </Button>
      <Dialog title={m.device_edit_title()} open={open === "edit"} onClose={close}>
        <EditForm device={device} onDone={close} />
      </Dialog>
      <Retire account={account} device={device} open={open === "retire"} onClose={close} />
    </>
  );
}

const NO_SITE = "none";

function EditForm({ device, onDone }: { device: DeviceDetail; onDone: () => void }) {
  const edit = useEditDevice(device.account.id, device.id);
  const sites = useSites(device.account.id).data ?? [];
  const before = { name: device.name ?? "", site_id: device.site?.id ?? null, ownership: device.ownership };
  const [name, setName] = useState(before.name);
  const [site, setSite] = useState(before.site_id ?? NO_SITE);
  const [ownership, setOwnership] = useState(before.ownership);

  async function submit() {
    const site_id = site === NO_SITE ? null : site;
    const change = {
      ...(name !== before.name && { name }),
      ...(site_id !== before.site_id && { site_id }),
      ...(ownership !== before.ownership && { ownership }),
    };
    if (Object.keys(change).length === 0) return onDone();
    await edit.mutateAsync(change);
    onDone();
    toast(m.device_saved(), {
      label: m.action_undo(),
      run: () => edit.mutateAsync(before).catch(toastProblem),
      about: device.id,
    });
  }

  return (
    <Form onSubmit={submit}>
      <TextField name="name" label={m.col_name()} value={name} onChange={setName} maxLength={120} autoFocus />
      <Select
        name="site_id"
        label={m.col_site()}
        choices={[{ id: NO_SITE, name: m.site_none() }, ...sites.map(({ id, name }) => ({ id, name }))]}
        value={site}
        onChange={setSite}
      />
      <Select
        name="ownership"
        label={m.col_ownership()}
        choices={[
          { id: "company", name: m.ownership_company() },
          { id: "personal", name: m.ownership_personal() },
        ]}
        value={ownership}
        onChange={setOwnership}
        hint={m.ownership_hint()}
      />
      <div className="dialog-actions">
        <Button onPress={onDone}>{m.action_cancel()}</Button>
        <Button look="primary" type="submit" isPending={edit.isPending}>
          {m.action_save()}
        </Button>
      </div>
    </Form>
  );
}

/** `rest` puts the button in the row’s place of the tab order. */
export function Restore({ device, ...rest }: { device: Device; small?: boolean } & Partial<FocusProps>) {
  const restore = useRestoreDevice(device.account.id, device.id);
  return (
    <Button
      {...rest}
      aria-label={`${m.device_restore()}: ${deviceName(device)}`}
      icon="refresh"
      isPending={restore.isPending}
      onPress={() =>
        // not per-call callbacks: the row is gone by the time the server answers
        restore
          .mutateAsync()
          .then(() => toast(m.device_restored({ name: deviceName(device) })))
          .catch(toastProblem)
      }
    >
      {m.device_restore()}
    </Button>
  );
}

function Retire({ account, device, open, onClose }: Props & { open: boolean; onClose: () => void }) {
  const retire = useRetireDevice(device.account.id, device.id);
  const restore = useRestoreDevice(device.account.id, device.id);
  const navigate = useNavigate();
  async function confirm() {
    try {
      await retire.mutateAsync();
      onClose();
      dismissAbout(device.id);
      await navigate({ to: "/a/$account/devices", params: { account } });
      toast(m.device_retired({ name: deviceName(device) }), {
        label: m.action_undo(),
        run: () => restore.mutateAsync().catch(toastProblem),
        about: device.id,
      });
    } catch (error) {
      toastProblem(error);
    }
  }
  return (
    <Confirm
      title={m.device_retire_title({ name: deviceName(device) })}
      body={m.device_retire_body()}
      action={m.device_retire()}
      open={open}
      busy={retire.isPending}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}
