/**
 * A form whose fields show what the server finds wrong with them. `onSubmit` makes the call and throws what it
 * throws: a field that the problem names says so beside itself and takes the focus, and whatever belongs to no field
 * of this form is told at the edge of the window.
 */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Form as AriaForm } from "react-aria-components";
import { ProblemError, problemMessage } from "@/api/problem";
import { m } from "@/i18n";
import { toastProblem } from "./toast";

type About = { field: string; says: string };

type Props = {
  onSubmit: (event: FormEvent<HTMLFormElement>) => unknown;
  className?: string;
  /** Sentences for single fields, where the general one would not help. */
  wrong?: Record<string, string>;
  /** Fields by the code of a problem that is about them and names none; `says` where its own sentence would not help. */
  about?: Record<string, string | About>;
  /** Says what belongs to no field, where the edge of the window is not the place. */
  tell?: (error: unknown) => void;
  children: ReactNode;
};

export function Form({
  onSubmit,
  className = "dialog-body",
  wrong,
  about,
  tell = toastProblem,
  children,
}: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<Record<string, string>>({});

  // What was wrong may be right with what is typed now; else the browser would not send the form again. Only once the
  // field itself has heard of it: drawn before that, it would take back what was typed. And at once, not when the field
  // is left: an error that goes while the button below is pressed moves the button from under the pointer.
  useEffect(() => {
    const element = form.current;
    const forget = () => setErrors((told) => (Object.keys(told).length > 0 ? {} : told));
    const typed = ({ target }: Event) =>
      setTimeout(() => {
        forget();
        if (target instanceof HTMLElement && target.getAttribute("aria-invalid") === "true") {
          target.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    element?.addEventListener("input", typed);
    return () => element?.removeEventListener("input", typed);
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = event.currentTarget.elements;
    setErrors({});
    try {
      await onSubmit(event);
    } catch (error) {
      const told = {
        ...codeError(error, about),
        ...fieldErrors(error, (name) => fields.namedItem(name) !== null, wrong),
      };
      setErrors(told);
      const [first] = Object.keys(told);
      const field = first === undefined ? null : fields.namedItem(first);
      if (field instanceof HTMLElement) field.focus();
      if (first === undefined) tell(error);
    }
  }

  return (
    <AriaForm ref={form} className={className} validationErrors={errors} onSubmit={submit}>
      {children}
    </AriaForm>
  );
}

const CODES: Record<string, () => string> = {
  required: m.field_missing,
  out_of_range: m.field_range,
  control_character: m.field_control,
  too_short: () => m.field_short({ count: "12" }),
  too_long: m.field_long,
  one_character: m.password_one_character,
  same_as_email: m.password_same_as_email,
  breached: m.password_breached,
};

function codeError(error: unknown, about: Record<string, string | About> = {}): Record<string, string> {
  const found = error instanceof ProblemError ? about[error.code] : undefined;
  if (found === undefined) return {};
  return typeof found === "string" ? { [found]: problemMessage(error) } : { [found.field]: found.says };
}

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
