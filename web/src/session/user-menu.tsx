/** The operator's own menu: language, theme, own security, sign-out. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import { useAccountId } from "@/accounts/queries";
import { api, reply, setCsrf } from "@/api/client";
import { LanguageChoice, ThemeChoice } from "@/app/preferences";
import { Menu, MenuAction, MenuLine } from "@/design/menu";
import { toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useSession } from "./session";

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return ends
    .map((word) => word?.[0] ?? "")
    .join("")
    .toLocaleUpperCase();
}

export function UserMenu() {
  const account = useAccountId();
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const name = session?.operator.name ?? "";

  async function signOut() {
    try {
      await reply(api.DELETE("/api/v1/session", {}));
    } catch (error) {
      return toastProblem(error);
    }
    setCsrf(undefined);
    await navigate({ to: "/sign-in", search: { next: "/", lost: false } });
    client.clear();
  }

  return (
    <Menu
      label={m.menu_account()}
      trigger={
        <AriaButton className="button button--quiet who">
          <span className="sr-only">{m.menu_account()}: </span>
          <span className="avatar" aria-hidden="true">
            {initials(name)}
          </span>
          <span className="truncate">{name}</span>
        </AriaButton>
      }
    >
      <LanguageChoice
        onChoose={(locale) => {
          reply(api.PATCH("/api/v1/session", { body: { locale } })).catch(toastProblem);
        }}
      />
      <ThemeChoice />
      <MenuLine />
      <MenuAction
        icon="shield"
        onAction={() => navigate({ to: "/a/$account/security", params: { account } })}
      >
        {m.security_title()}
      </MenuAction>
      <MenuAction icon="leave" onAction={signOut}>
        {m.menu_sign_out()}
      </MenuAction>
    </Menu>
  );
}
