/** What an account says of its brand itself; what is left empty is inherited. */
import type { Brand } from "@/api/types";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { Icon } from "@/design/icon";
import { Card } from "@/design/page";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { contrastWithWhite, LEAST_CONTRAST } from "./contrast";
import { useBrandChanges } from "./queries";
import { PRODUCT } from "./worn";

type Props = {
  account: string;
  own: Brand;
  inherited: Brand;
  draft: Brand;
  editable: boolean;
  source: (part: keyof Brand) => string;
  onDraft: (draft: Brand) => void;
};

const SHORT = 60;

export function BrandForm({ account, own, inherited, draft, editable, source, onDraft }: Props) {
  const { put } = useBrandChanges(account);
  const set = (part: keyof Brand) => (text: string) => onDraft({ ...draft, [part]: text });
  const said = (text: string | null | undefined) => text?.trim() || null;
  const readable = (contrastWithWhite(draft.accent?.trim() ?? "") ?? LEAST_CONTRAST) >= LEAST_CONTRAST;
  const changed = (["name", "accent", "support_email", "support_url"] as const).some(
    (part) => said(draft[part]) !== said(own[part]),
  );

  async function save() {
    const saved = await put.mutateAsync({
      name: said(draft.name),
      accent: said(draft.accent),
      support_email: said(draft.support_email),
      support_url: said(draft.support_url),
    });
    onDraft(saved.own);
    toast(m.branding_saved());
  }

  return (
    <Card title={m.branding_words()}>
      <Form
        className="branding-form"
        onSubmit={save}
        wrong={{
          accent: m.branding_wrong_accent(),
          support_email: m.field_email(),
          support_url: m.branding_wrong_url(),
        }}
      >
        <TextField
          name="name"
          label={m.branding_name()}
          hint={source("name")}
          placeholder={inherited.name ?? PRODUCT}
          value={draft.name ?? ""}
          onChange={set("name")}
          maxLength={SHORT}
          autoComplete="off"
          isDisabled={!editable}
        />
        <div className="branding-colour">
          <TextField
            name="accent"
            label={m.branding_accent()}
            hint={source("accent")}
            placeholder={inherited.accent ?? "#2f5bd8"}
            value={draft.accent ?? ""}
            onChange={set("accent")}
            pattern="#[0-9a-fA-F]{6}"
            autoComplete="off"
            isDisabled={!editable}
          />
          <input
            type="color"
            className="branding-swatch"
            aria-label={m.branding_choose_accent()}
            value={colourOf(draft.accent, inherited.accent)}
            disabled={!editable}
            onChange={(event) => set("accent")(event.target.value)}
          />
        </div>
        {draft.accent && !readable && <Unreadable accent={draft.accent.trim()} />}
        <TextField
          name="support_email"
          label={m.branding_support_email()}
          hint={source("support_email")}
          placeholder={inherited.support_email ?? ""}
          value={draft.support_email ?? ""}
          onChange={set("support_email")}
          type="email"
          autoComplete="off"
          isDisabled={!editable}
        />
        <TextField
          name="support_url"
          label={m.branding_support_url()}
          hint={source("support_url")}
          placeholder={inherited.support_url ?? "https://"}
          value={draft.support_url ?? ""}
          onChange={set("support_url")}
          inputMode="url"
          autoComplete="off"
          isDisabled={!editable}
        />
        {editable && (
          <div className="actions">
            <Button look="primary" type="submit" isPending={put.isPending} isDisabled={!changed || !readable}>
              {m.action_save()}
            </Button>
            {changed && <Button onPress={() => onDraft(own)}>{m.branding_undo()}</Button>}
          </div>
        )}
      </Form>
    </Card>
  );
}

function colourOf(...colours: (string | null | undefined)[]): string {
  const found = colours.find((one) => one && contrastWithWhite(one.trim()) !== undefined);
  return found?.trim() ?? "#2f5bd8";
}

function Unreadable({ accent }: { accent: string }) {
  return (
    <p className="branding-unreadable" role="status">
      <Icon name="warning" />
      {m.branding_contrast({
        contrast: number(contrastWithWhite(accent) ?? 0, { maximumFractionDigits: 1 }),
        least: number(LEAST_CONTRAST),
      })}
    </p>
  );
}
