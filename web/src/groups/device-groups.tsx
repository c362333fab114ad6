/** The groups that a device is in, each leading to its devices; who may, puts it into others of its account. */
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useMay } from "@/accounts/queries";
import type { DeviceDetail, Group, Named } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Menu, MenuAction } from "@/design/menu";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useGroups, useMembership } from "./queries";

type Props = { account: string; device: DeviceDetail };

export function DeviceGroups({ account, device }: Props) {
  const mayManage = useMay("manage_devices") && device.status !== "retired";
  const groups = useGroups(device.account.id, mayManage).data?.filter(ownedBy(device.account));
  const { add, remove } = useMembership(device);
  const body = useRef<HTMLDivElement>(null);
  const changed = useRef(false);

  // what was pressed goes with its group, or with the last group to choose: the focus stays in the card
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at when the groups are others
  useEffect(() => {
    if (!changed.current) return;
    changed.current = false;
    if (document.activeElement === document.body)
      body.current?.closest("section")?.querySelector<HTMLElement>("button, a")?.focus();
  }, [device.groups]);

  async function join(group: Named) {
    changed.current = true;
    await add.mutateAsync(group.id);
    toast(m.group_device_added({ name: group.name }));
  }

  async function leave(group: Named) {
    changed.current = true;
    await remove.mutateAsync(group.id);
    toast(m.group_device_removed({ name: group.name }), {
      label: m.action_undo(),
      run: () => add.mutateAsync(group.id).catch(toastProblem),
      about: group.id,
    });
  }

  if (!mayManage && device.groups.length === 0) return null;
  const others = groups?.filter(({ id }) => !device.groups.some((group) => group.id === id)) ?? [];
  return (
    <Card
      title={m.groups_title()}
      actions={
        others.length > 0 && (
          <Menu
            label={m.group_add_device()}
            trigger={
              <Button small icon="plus" isPending={add.isPending}>
                {m.group_add_device()}
              </Button>
            }
          >
            {others.map((group) => (
              <MenuAction key={group.id} onAction={() => join(group).catch(toastProblem)}>
                {group.name}
              </MenuAction>
            ))}
          </Menu>
        )
      }
    >
      <div ref={body}>
        {device.groups.length > 0 && (
          <ul className="tags" aria-label={m.groups_title()}>
            {device.groups.map((group) => (
              <li key={group.id} className="badge badge--accent tag">
                <Link
                  className="truncate"
                  to="/a/$account/devices"
                  params={{ account }}
                  search={{ group: group.id }}
                >
                  {group.name}
                </Link>
                {mayManage && (
                  <IconButton
                    icon="close"
                    label={m.group_remove_device({ name: group.name })}
                    isPending={remove.isPending && remove.variables === group.id}
                    onPress={() => leave(group).catch(toastProblem)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
        {device.groups.length === 0 && groups && <NoGroup account={device.account} groups={groups} />}
      </div>
    </Card>
  );
}

function ownedBy(account: Named) {
  return (group: Group) => group.account.id === account.id;
}

function NoGroup({ account, groups }: { account: Named; groups: Group[] }) {
  if (groups.length > 0) return <p className="muted">{m.device_groups_none()}</p>;
  return (
    <>
      <p className="muted">{m.device_groups_first({ account: account.name })}</p>
      <p>
        <Link to="/a/$account/groups" params={{ account: account.id }}>
          {m.groups_add()}
        </Link>
      </p>
    </>
  );
}
