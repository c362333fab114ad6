/** Buttons. `danger` is for what cannot be undone and always stands in a confirm dialog. */
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaProps } from "react-aria-components";
import { Icon, type IconName } from "./icon";
import { Tip } from "./tip";

export type ButtonLook = "plain" | "primary" | "danger" | "quiet";

type Props = Omit<AriaProps, "children" | "className" | "style"> & {
  look?: ButtonLook;
  small?: boolean;
  wide?: boolean;
  icon?: IconName;
  children: ReactNode;
};

export function Button({ look = "plain", small, wide, icon, children, ...rest }: Props) {
  const looks = ["button", `button--${look}`, small && "button--small", wide && "button--wide"];
  return (
    // pressing it does not take the focus from a field, whose error would vanish and move the button away
    <AriaButton
      {...rest}
      preventFocusOnPress={rest.type === "submit"}
      className={looks.filter(Boolean).join(" ")}
    >
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

type IconButtonProps = Omit<AriaProps, "children" | "className" | "style"> & {
  icon: IconName;
  label: string;
};

/** A button that shows only an icon: its label is its name and its tooltip. */
export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <Tip text={label}>
      <AriaButton {...rest} aria-label={label} className="button button--quiet button--icon">
        <Icon name={icon} />
      </AriaButton>
    </Tip>
  );
}
