/** Chooses permissions one by one. What the operator may not do cannot be chosen: nobody gives what he lacks. */
import { CheckboxGroup, Label } from "react-aria-components";
import { useAccount } from "@/accounts/queries";
import { Checkbox } from "@/design/checkbox";
import { m } from "@/i18n";
import { PERMISSIONS, type Permission } from "@/session/permission";
import { mayInstall } from "@/session/session";
import { grouped, isPermission, permissionName } from "./words";
import "./roles.css";

type Props = { chosen: readonly Permission[]; onChange: (chosen: Permission[]) => void };

export function PermissionPicker({ chosen, onChange }: Props) {
  const account = useAccount();
  const own = account?.permissions ?? [];
  // drivers are installed at the root; what is chosen already is never hidden
  const offered = PERMISSIONS.filter(
    (permission) => permission !== "install_drivers" || mayInstall(account) || chosen.includes(permission),
  );
  const locked = offered.some((permission) => !own.includes(permission));
  return (
    <fieldset className="picker">
      <legend className="label">{m.permissions_label()}</legend>
      {locked && <p className="hint">{m.permission_some_locked()}</p>}
      <div className="picker-groups">
        {grouped(offered).map((group) => (
          <CheckboxGroup
            key={group.id}
            className="picker-group"
            value={group.permissions.filter((permission) => chosen.includes(permission))}
            onChange={(now) =>
              onChange(
                PERMISSIONS.filter((permission) =>
                  group.permissions.includes(permission)
                    ? now.includes(permission)
                    : chosen.includes(permission),
                ),
              )
            }
          >
            <Label>{group.name}</Label>
            {group.permissions.map((permission) => (
              <Checkbox
                key={permission}
                value={permission}
                // what was given before by somebody who may do more can at least be taken
                isDisabled={!own.includes(permission) && !chosen.includes(permission)}
              >
                {permissionName(permission)}
              </Checkbox>
            ))}
          </CheckboxGroup>
        ))}
      </div>
    </fieldset>
  );
}

/** Those of a role that can be chosen here. */
export function choosable(permissions: readonly string[], own: readonly string[]): Permission[] {
  return permissions.filter(isPermission).filter((permission) => own.includes(permission));
}
