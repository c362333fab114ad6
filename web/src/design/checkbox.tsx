/** A box to tick, with its words; alone or in a group. */
import type { ReactNode } from "react";
import { Checkbox as AriaCheckbox } from "react-aria-components";
import { Icon } from "./icon";
import "./checkbox.css";

type Props = {
  /** In a group: what it stands for. */
  value?: string;
  isSelected?: boolean;
  isDisabled?: boolean;
  onChange?: (selected: boolean) => void;
  children: ReactNode;
};

export function Checkbox({ children, ...rest }: Props) {
  return (
    <AriaCheckbox {...rest} className="checkbox">
      <span className="checkbox-box">
        <Icon name="check" />
      </span>
      <span>{children}</span>
    </AriaCheckbox>
  );
}
