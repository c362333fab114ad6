/** The customer's sites: where collectors look, and how often. */
import { useState } from "react";
import { useMay } from "@/accounts/queries";
import type { Site } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm, Dialog } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { useSites } from "@/devices/queries";
import { m } from "@/i18n";
import { useChangeSite, useCreateSite, useDeleteSite } from "./queries";
import { NEW_SITE, type SiteDraft, SiteFields, siteBody, span } from "./site-form";

export function Sites({ account }: { account: string }) {
  const sites = useSites(account);
  const mayManage = useMay("manage_sites");
  const [editing, setEditing] = useState<Site | "new">();
  const [deleting, setDeleting] = useState<Site>();
  const remove = useDeleteSite(account);
  return (
    <Card
      title={m.sites_title()}
      flush
      actions={
        mayManage && (
          <Button small icon="plus" onPress={() => setEditing("new")}>
            {m.site_add()}
          </Button>
        )
      }
    >
      <Load query={sites} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon="site" title={m.sites_empty_title()}>
              {m.sites_empty_body()}
            </Empty>
          ) : (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{m.col_name()}</th>
                  <th scope="col">{m.site_ranges()}</th>
                  <th scope="col">{m.site_schedule()}</th>
                  <th scope="col">
                    <span className="sr-only">{m.col_actions()}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((site) => (
                  <tr key={site.id}>
                    <td>
                      <strong>{site.name}</strong>
                    </td>
                    <td className="mono">{site.ranges.join(", ")}</td>
                    <td>{m.site_every({ span: span(site.poll_seconds) })}</td>
                    <td>
                      {mayManage && (
                        <div className="actions">
                          <IconButton
                            icon="edit"
                            label={`${m.action_edit()}: ${site.name}`}
                            onPress={() => setEditing(site)}
                          />
                          <IconButton
                            icon="trash"
                            label={`${m.action_delete()}: ${site.name}`}
                            onPress={() => setDeleting(site)}
                          />
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Load>
      {editing && <SiteDialog account={account} site={editing} onClose={() => setEditing(undefined)} />}
      <Confirm
        title={m.site_delete_title({ name: deleting?.name ?? "" })}
        body={m.site_delete_body()}
        action={m.action_delete()}
        open={deleting !== undefined}
        busy={remove.isPending}
        onClose={() => setDeleting(undefined)}
        onConfirm={() =>
          deleting &&
          remove.mutate(deleting.id, {
            onSuccess: () => {
              toast(m.site_deleted());
              setDeleting(undefined);
            },
            onError: toastProblem,
          })
        }
      />
    </Card>
  );
}

function draftOf(site: Site | "new"): SiteDraft {
  if (site === "new") return NEW_SITE;
  return {
    name: site.name,
    ranges: site.ranges.join("\n"),
    seconds: String(site.poll_seconds),
    community: "",
  };
}

function SiteDialog({
  account,
  site,
  onClose,
}: {
  account: string;
  site: Site | "new";
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(site));
  const create = useCreateSite(account);
  const change = useChangeSite(account);
  const body = siteBody(draft);
  async function save() {
    if (!body) return;
    try {
      if (site === "new") await create.mutateAsync(body);
      else await change.mutateAsync({ id: site.id, ...body });
      toast(m.site_saved());
      onClose();
    } catch (error) {
      toastProblem(error);
    }
  }
  return (
    <Dialog title={site === "new" ? m.site_add() : m.site_edit_title()} open onClose={onClose}>
      <div className="dialog-body">
        <SiteFields draft={draft} onChange={setDraft} communitySet={site !== "new" && site.community_set} />
      </div>
      <div className="dialog-actions">
        <Button onPress={onClose}>{m.action_cancel()}</Button>
        <Button
          look="primary"
          isDisabled={!body}
          isPending={create.isPending || change.isPending}
          onPress={save}
        >
          {m.action_save()}
        </Button>
      </div>
    </Dialog>
  );
}
