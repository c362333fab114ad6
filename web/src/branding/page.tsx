/** How an account looks to those who meet it: name, colour, help, logo and portal, and where each part comes from. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountQuery, useAccountId } from "@/accounts/queries";
import type { Account, Brand, Branding } from "@/api/types";
import { Load } from "@/design/feedback";
import { Card, Page } from "@/design/page";
import { m } from "@/i18n";
import { may } from "@/session/session";
import { BrandForm } from "./form";
import { HostCard } from "./host";
import { LogoCard } from "./logo";
import { Preview } from "./preview";
import { brandingQuery, useBrandsAbove } from "./queries";
import { sourceOf, sourceWords } from "./source";
import "./branding.css";

export function BrandingPage() {
  const id = useAccountId();
  const account = useQuery(accountQuery(id));
  const branding = useQuery(brandingQuery(id));
  return (
    <Page title={m.branding_title()} lead={account.data && m.branding_lead({ account: account.data.name })}>
      <Load query={account}>
        {(here) => (
          <Load query={branding}>{(found) => <Cards key={id} account={here} branding={found} />}</Load>
        )}
      </Load>
    </Page>
  );
}

function Cards({ account, branding }: { account: Account; branding: Branding }) {
  const above = useBrandsAbove(account);
  const { own, effective } = branding;
  const editable = may(account, "manage_branding");
  const [draft, setDraft] = useState<Brand>(own);
  const source = (part: keyof Brand) => sourceWords(sourceOf(part, own, effective, above));
  // what is not said here is inherited; what was taken away in the draft is no longer one's own
  const inherited: Brand = above.reduceRight<Brand>((far, one) => merged(one.own, far), unsaid(branding));
  return (
    <div className="split branding">
      <div className="stack">
        <BrandForm
          account={account.id}
          own={own}
          inherited={inherited}
          draft={draft}
          editable={editable}
          source={source}
          onDraft={setDraft}
        />
        <LogoCard account={account.id} branding={branding} editable={editable} source={source("logo_url")} />
        <HostCard account={account.id} branding={branding} source={source("host")} />
      </div>
      <Card title={m.branding_preview()}>
        <Preview brand={{ ...merged(draft, inherited), logo_url: effective.logo_url }} />
      </Card>
    </div>
  );
}

function merged(near: Brand, far: Brand): Brand {
  return {
    name: near.name || far.name,
    accent: near.accent || far.accent,
    support_email: near.support_email || far.support_email,
    support_url: near.support_url || far.support_url,
    logo_url: near.logo_url || far.logo_url,
    host: near.host || far.host,
  };
}

/** The parts that the account wears and does not say itself: those of accounts out of sight are known by this alone. */
function unsaid({ own, effective }: Branding): Brand {
  const parts = Object.entries(effective) as [keyof Brand, string | null | undefined][];
  return Object.fromEntries(parts.filter(([part]) => !own[part]));
}
