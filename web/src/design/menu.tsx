/** A menu button over a list of actions and single choices. */
import type { ReactNode } from "react";
import {
  Menu as AriaMenu,
  Header,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from "react-aria-components";
import { Icon, type IconName } from "./icon";

export function Menu({
  trigger,
  label,
  children,
}: {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
}) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="popover" offset={4}>
        <AriaMenu aria-label={label}>{children}</AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

type ItemProps = {
  icon?: IconName;
  danger?: boolean;
  href?: string;
  onAction?: () => void;
  children: string;
};

export function MenuAction({ icon, danger, href, onAction, children }: ItemProps) {
  return (
    <MenuItem
      className={danger ? "menu-item menu-item--danger" : "menu-item"}
      textValue={children}
      href={href}
      onAction={onAction}
    >
      {icon && <Icon name={icon} />}
      {children}
    </MenuItem>
  );
}

type ChoiceProps<K extends string> = {
  title: string;
  choices: { id: K; name: string; icon?: IconName; lang?: string }[];
  value: K;
  onChange: (value: K) => void;
};

export function MenuChoice<K extends string>({ title, choices, value, onChange }: ChoiceProps<K>) {
  return (
    <MenuSection
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [first] = keys === "all" ? [] : [...keys];
        if (first !== undefined) onChange(first as K);
      }}
    >
      <Header className="menu-title">{title}</Header>
      {choices.map((choice) => (
        <MenuItem key={choice.id} id={choice.id} className="menu-item" textValue={choice.name}>
          {({ isSelected }) => (
            <>
              {choice.icon && <Icon name={choice.icon} />}
              <span lang={choice.lang}>{choice.name}</span>
              {isSelected && (
                <span className="check">
                  <Icon name="check" />
                </span>
              )}
            </>
          )}
        </MenuItem>
      ))}
    </MenuSection>
  );
}

export { Separator as MenuLine };
