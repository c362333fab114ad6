/** Something that is on or off at once, without a button to save. */
import type { ReactNode } from "react";
import { Switch as AriaSwitch } from "react-aria-components";
import "./switch.css";

type Props = {
  label: string;
  isSelected: boolean;
  isDisabled?: boolean;
  onChange: (selected: boolean) => void;
  children: ReactNode;
};

/** `label` says what is switched; `children` stand beside it. */
export function Switch({ label, children, ...rest }: Props) {
  return (
    <AriaSwitch {...rest} className="switch" aria-label={label}>
      <span className="switch-track" />
      {children}
    </AriaSwitch>
  );
}
