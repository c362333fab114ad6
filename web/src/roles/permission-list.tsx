/** What a role or token permits, by group. */
import { grouped, permissionName } from "./words";
import "./roles.css";

export function PermissionList({ permissions }: { permissions: readonly string[] }) {
  return (
    <dl className="permissions">
      {grouped(permissions).map((group) => (
        <div key={group.id}>
          <dt>{group.name}</dt>
          {group.permissions.map((permission) => (
            <dd key={permission}>{permissionName(permission)}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
