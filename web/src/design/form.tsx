/**
 * A form whose fields show what the server finds wrong with them. `onSubmit` makes the call and throws what it
 * throws: a field that the problem names says so beside itself and takes the focus, and whatever belongs to no field
 * of this form is told at the edge of the window.
 */
import { type FormEvent, type ReactNode, useState } from "react";
import { Form as AriaForm } from "react-aria-components";
import { ProblemError } from "@/api/problem";
import { m } from "@/i18n";
import { toastProblem } from "./toast";

type Props = {
  onSubmit: (event: FormEvent<HTMLFormElement>) => unknown;
  className?: string;
  /** Sentences for single fields, where the general one would not help. */
  wrong?: Record<string, string>;
  children: ReactNode;
};

export function Form({ onSubmit, className = "dialog-body", wrong, children }: Props) {
  const [errors, setErrors] = useState<Record<string, string>>({});

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    setErrors({});
    try {
      await onSubmit(event);
    } catch (error) {
      const told = fieldErrors(error, (name) => form.elements.namedItem(name) !== null, wrong);
      setErrors(told);
      const [first] = Object.keys(told);
      const field = first === undefined ? null : form.elements.namedItem(first);
      if (field instanceof HTMLElement) field.focus();
      if (first === undefined) toastProblem(error);
    }
  }

  return (
    <AriaForm className={className} validationErrors={errors} onSubmit={submit}>
      {children}
    </AriaForm>
  );
}

const CODES: Record<string, () => string> = {
  required: m.field_missing,
  out_of_range: m.field_range,
  control_character: m.field_control,
};

/** What to say beside which field, of those that `has` knows. */
export function fieldErrors(
  error: unknown,
  has: (name: string) => boolean,
  wrong: Record<string, string> = {},
): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  const known = error.fields.filter(({ field }) => has(field));
  return Object.fromEntries(
    known.map(({ field, code }) => [field, wrong[field] ?? (CODES[code] ?? m.field_wrong)()]),
  );
}
