/** Form fields: a visible label, an optional hint, and the error tied to the input. */
import {
  Button as AriaButton,
  SearchField as AriaSearch,
  Select as AriaSelect,
  TextField as AriaTextField,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
  type TextFieldProps,
} from "react-aria-components";
import { m } from "@/i18n";
import { Icon } from "./icon";
import { Badge } from "./text";

type FieldProps = Omit<TextFieldProps, "children" | "className" | "style"> & {
  label: string;
  hint?: string;
  error?: string;
  placeholder?: string;
  lines?: number;
};

export function TextField({ label, hint, error, placeholder, lines, ...rest }: FieldProps) {
  return (
    <AriaTextField {...rest} className="field" isInvalid={error !== undefined || rest.isInvalid}>
      <Label className="label">{label}</Label>
      {lines ? (
        <TextArea className="textarea" rows={lines} placeholder={placeholder} />
      ) : (
        <Input className="input" placeholder={placeholder} />
      )}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="error">
        {({ validationDetails: wrong, validationErrors: told }) =>
          error ?? (wrong.customError ? told.join(" ") : words(wrong, rest.minLength))
        }
      </FieldError>
    </AriaTextField>
  );
}

/** Beside the field: what the server said of it (see `Form`), or what it lacks, in the portal’s language; the browser’s own words are in the browser’s. */
function words(wrong: ValidityState, least: number | undefined): string {
  if (wrong.valueMissing) return m.field_missing();
  if (wrong.tooShort) return m.field_short({ count: String(least ?? 1) });
  if (wrong.typeMismatch) return m.field_email();
  return m.field_wrong();
}

/** `mark` tells it from others of a like name. */
export type Choice<K extends string> = { id: K; name: string; mark?: string };

type SelectProps<K extends string> = {
  label: string;
  name?: string;
  choices: Choice<K>[];
  value: K | null;
  onChange: (value: K) => void;
  hint?: string;
  placeholder?: string;
};

export function Select<K extends string>(props: SelectProps<K>) {
  return (
    <AriaSelect
      className="field"
      name={props.name}
      value={props.value}
      onChange={(key) => props.onChange(key as K)}
      placeholder={props.placeholder}
    >
      <Label className="label">{props.label}</Label>
      <AriaButton className="button select">
        <SelectValue />
        <Icon name="chevron" />
      </AriaButton>
      {props.hint && (
        <Text slot="description" className="hint">
          {props.hint}
        </Text>
      )}
      <FieldError className="error" />
      <Choices choices={props.choices} />
    </AriaSelect>
  );
}

type FacetProps<K extends string> = {
  label: string;
  /** The entry that lifts the filter; without it one of the choices always holds. */
  any?: string;
  choices: Choice<K>[];
  value: K | undefined;
  onChange: (value: K | undefined) => void;
};

/** A filter over a closed set that names itself while nothing is chosen. */
export function Facet<K extends string>({ label, any, choices, value, onChange }: FacetProps<K>) {
  // what is no choice any more has no name to show
  const named = choices.some(({ id }) => id === value);
  const all: Choice<string>[] = any === undefined ? choices : [{ id: "", name: any }, ...choices];
  return (
    <AriaSelect
      aria-label={label}
      value={value ?? ""}
      onChange={(key) => onChange(key === "" ? undefined : (key as K))}
    >
      <AriaButton
        className={value && any !== undefined ? "button select facet facet--on" : "button select facet"}
      >
        {named ? <SelectValue /> : <span>{label}</span>}
        <Icon name="chevron" />
      </AriaButton>
      <Choices choices={all} />
    </AriaSelect>
  );
}

function Choices({ choices }: { choices: Choice<string>[] }) {
  return (
    <Popover className="popover" offset={4}>
      <ListBox items={choices}>
        {(choice) => (
          <ListBoxItem id={choice.id} textValue={choice.name} className="menu-item">
            {({ isSelected }) => (
              <>
                <span className="truncate">{choice.name}</span>
                {choice.mark && (
                  <>
                    {" "}
                    <Badge>{choice.mark}</Badge>
                  </>
                )}
                {isSelected && (
                  <span className="check">
                    <Icon name="check" />
                  </span>
                )}
              </>
            )}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  );
}

type SearchProps = { label: string; clearLabel: string; value: string; onChange: (value: string) => void };

export function SearchField({ label, clearLabel, value, onChange }: SearchProps) {
  return (
    <AriaSearch aria-label={label} className="search" value={value} onChange={onChange}>
      <Icon name="search" />
      <Input className="input" placeholder={label} />
      <AriaButton className="button button--quiet clear" aria-label={clearLabel}>
        <Icon name="close" />
      </AriaButton>
    </AriaSearch>
  );
}
