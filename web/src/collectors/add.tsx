/**
 * Adds a collector in three steps: where it stands and what it is called, what may be collected on this
 * account, and the commands that enroll it. The token is shown once and works once; it stands apart from
 * the command, so that it stays out of the shell's history.
 */
import { useState } from "react";
import { useMay } from "@/accounts/queries";
import type { CollectorToken } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Load, Notice } from "@/design/feedback";
import { Select, TextField } from "@/design/fields";
import { CopyLine } from "@/design/text";
import { toastProblem } from "@/design/toast";
import { useSites } from "@/devices/queries";
import { ConsentList, useNoDriver } from "@/drivers/consent";
import { m } from "@/i18n";
import { useCreateSite, useEnrollCollector } from "./queries";
import { NEW_SITE, SiteFields, siteBody } from "./site-form";

const NEW = "new";

export function AddCollector({ account, onClose }: { account: string; onClose: () => void }) {
  const sites = useSites(account);
  const [made, setMade] = useState<CollectorToken>();
  return (
    <Dialog title={made ? m.wizard_run_title() : m.wizard_title()} open onClose={onClose} wide>
      {made ? (
        <Run made={made} onClose={onClose} />
      ) : (
        <Load query={sites} rows={3}>
          {(rows) => <Where account={account} sites={rows} onMade={setMade} onClose={onClose} />}
        </Load>
      )}
    </Dialog>
  );
}

type WhereProps = {
  account: string;
  sites: { id: string; name: string }[];
  onMade: (made: CollectorToken) => void;
  onClose: () => void;
};

function Where({ account, sites, onMade, onClose }: WhereProps) {
  const mayMakeSite = useMay("manage_sites");
  const [site, setSite] = useState(sites[0]?.id ?? NEW);
  const [draft, setDraft] = useState(NEW_SITE);
  const [name, setName] = useState("");
  const [consenting, setConsenting] = useState(false);
  const createSite = useCreateSite(account);
  const enroll = useEnrollCollector(account);
  const collectsNothing = useNoDriver(account);
  const body = siteBody(draft);
  const ready = name.trim() !== "" && (site !== NEW || (mayMakeSite && body !== undefined));

  async function submit() {
    try {
      const site_id = site === NEW && body ? (await createSite.mutateAsync(body)).id : site;
      setSite(site_id);
      onMade(await enroll.mutateAsync({ site_id, name: name.trim() }));
    } catch (error) {
      toastProblem(error);
    }
  }

  if (consenting)
    return (
      <>
        <p className="muted">{m.consent_lead()}</p>
        <div className="dialog-body">
          <h3>{m.consent_title()}</h3>
          <ConsentList account={account} />
          {collectsNothing && <Notice>{m.wizard_collects_nothing()}</Notice>}
        </div>
        <div className="dialog-actions">
          <Button onPress={() => setConsenting(false)}>{m.action_back()}</Button>
          <Button
            look={collectsNothing ? "plain" : "primary"}
            isPending={createSite.isPending || enroll.isPending}
            onPress={submit}
          >
            {collectsNothing ? m.wizard_create_without() : m.wizard_create()}
          </Button>
        </div>
      </>
    );

  return (
    <>
      <p className="muted">{m.wizard_lead()}</p>
      <div className="dialog-body">
        <TextField
          label={m.wizard_name()}
          value={name}
          onChange={setName}
          placeholder={m.wizard_name_example()}
          isRequired
          autoFocus
        />
        <Select
          label={m.col_site()}
          choices={[
            ...sites.map(({ id, name }) => ({ id, name })),
            ...(mayMakeSite ? [{ id: NEW, name: m.wizard_new_site() }] : []),
          ]}
          value={site}
          onChange={setSite}
        />
        {site === NEW && !mayMakeSite && <p className="error">{m.wizard_no_site()}</p>}
        {site === NEW && mayMakeSite && <SiteFields draft={draft} onChange={setDraft} />}
      </div>
      <div className="dialog-actions">
        <Button onPress={onClose}>{m.action_cancel()}</Button>
        <Button look="primary" isDisabled={!ready} onPress={() => setConsenting(true)}>
          {m.action_continue()}
        </Button>
      </div>
    </>
  );
}

/** The command without the token, which would else stay in the shell's history. */
export function enrollCommand(commandLine: string): string {
  const server = /--server[ =](\S+)/.exec(commandLine)?.[1] ?? location.origin;
  return `bailiwick-collector enroll --server ${server} --token-stdin`;
}

function Run({ made, onClose }: { made: CollectorToken; onClose: () => void }) {
  return (
    <>
      <p className="muted">{m.wizard_run_lead()}</p>
      <div className="dialog-body">
        <CopyLine label={m.wizard_command()} value={enrollCommand(made.command_line)} />
        <CopyLine label={m.wizard_token()} value={made.token} />
        <CopyLine label={m.wizard_run_command()} value="bailiwick-collector run" />
        <p className="hint">{m.wizard_once()}</p>
      </div>
      <div className="dialog-actions">
        <Button look="primary" onPress={onClose}>
          {m.action_done()}
        </Button>
      </div>
    </>
  );
}
