/** The code of a second factor: six digits of the authenticator app, or a recovery code. */
import { TextField } from "@/design/fields";
import { m } from "@/i18n";

type Props = { value: string; onChange: (code: string) => void };

export function CodeField({ value, onChange }: Props) {
  return (
    <TextField
      name="code"
      label={m.signin_code()}
      hint={m.signin_code_hint()}
      value={value}
      onChange={onChange}
      autoComplete="one-time-code"
      isRequired
    />
  );
}
