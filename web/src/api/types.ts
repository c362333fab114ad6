/**
 * Names of the wire shapes as the pages use them, over the types generated from the server's document
 * (`npm run types`). The document gives closed sets as strings; their words are named here.
 */
import type { components } from "./schema";

type S = components["schemas"];

/** What the server says; a body that it did not write may lack the words. */
export type Problem = Omit<S["Problem"], "detail"> & { detail?: string };
export type Named = S["Named"];
export type LeftOut = S["LeftOut"];
export type AccountKind = "platform" | "dealer" | "customer";
export type Account = S["Account"];
export type Quotas = S["Quotas"];
export type QuotaLimits = S["QuotaLimits"];
export type QuotaKind = "devices" | "collectors" | "operators";
export type Export = Omit<S["Export"], "state"> & {
  state: "queued" | "ready" | "fetched" | "expired" | "failed";
};
/** What stands in the way of a move. */
export type MoveConflict = {
  code:
    | "same_place"
    | "cycle"
    | "kind"
    | "depth"
    | "deletion"
    | "role_made_above"
    | "quota"
    | "nobody_to_lift";
  name?: string;
  grants?: number;
  what?: QuotaKind;
  limit?: number;
  would_be?: number;
};
export type MovePlan = Omit<S["MovePlan"], "conflicts"> & { conflicts: MoveConflict[] };
export type Move = Omit<S["Move"], "state" | "result"> & {
  state: "queued" | "done" | "refused" | "failed";
  result?: { conflicts?: MoveConflict[]; rows?: Record<string, number> } | null;
};
export type Grant = S["HeldRole"];
export type Role = S["Role"];
/** An operator's session: what a token may do has no place in the portal. */
export type Session = {
  operator: NonNullable<S["Session"]["operator"]>;
  grants: Grant[];
  csrf: string | undefined;
  /** As whom the session looks, for support; nothing can be changed meanwhile. */
  viewing?: S["Viewing"] | undefined;
};
export type Brand = S["Brand"];
export type Branding = S["Branding"];
export type EgressHost = S["EgressHost"];
export type Elevation = S["Elevation"];
export type OwnSession = S["OwnSession"];
export type SignedIn = S["SignedIn"];
export type Challenge = S["SignInChallenge"];
export type Factors = S["Factors"];
export type Passkey = S["Passkey"];
export type OwnToken = S["OwnToken"];
export type PasskeyChallenge = S["PasskeyChallenge"];
export type PasskeyAnswer = S["PasskeyAnswer"];
export type AccountOperator = S["AccountOperator"];
export type Invitation = S["Invitation"];
export type Mail = S["Mail"];
export type InvitationOffer = Omit<S["InvitationOffer"], "takes"> & {
  takes: "name_and_password" | "sign_in" | "password";
};
export type Token = S["Token"];
export type Restrictions = S["Restrictions"];
export type Site = S["Site"];
export type Group = S["Group"];
export type Tone = S["Tone"];
export type Headline = S["Headline"];
export type HeadlineRow = S["HeadlineRow"];
export type HeadlineRole = S["HeadlineRole"];
export type Device = S["Device"];
export type DeviceDetail = Omit<S["DeviceDetail"], "facts"> & { facts: Fact[] };
export type Column = S["FactColumn"];
/** A row of a table fact: a value by column. */
export type FactRow = { key: string; cells: Record<string, unknown> };
export type Fact = Omit<S["Fact"], "rows"> & { rows?: FactRow[] | null };
export type Meter = S["Meter"];
export type Alert = S["Alert"];
export type Severity = "critical" | "warning" | "info";
export type Collector = S["Collector"];
export type CollectorToken = S["CollectorToken"];
export type OpenCollectorToken = S["OpenCollectorToken"];
export type Driver = S["Driver"];
export type DriverHeadline = S["DriverHeadline"];
export type InstalledDriver = S["InstalledDriver"];
export type DriverGrant = S["DriverGrant"];
export type DriverAtAccount = S["DriverAtAccount"];
export type Statement = S["Statement"];
export type StatementItem = S["StatementItem"];
/** What of a driver is granted: the parts of the body that say it. */
export type GrantedPart = Pick<S["NewDriverGrant"], "categories" | "withheld" | "texts">;
export type AuditEntry = S["AuditEntry"];
export type Usage = S["Usage"];
export type Summary = S["Summary"];
/** One page of a list; `next` is the cursor of the following page, null at the end. */
export type List<T> = { items: T[]; next?: string | null };
