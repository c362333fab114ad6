/**
 * Names of the wire shapes as the pages use them. The one place to touch when the generated schema
 * renames something.
 */
import type { components } from "./schema";

type S = components["schemas"];

export type Problem = S["Problem"];
export type Named = S["Named"];
export type Role = S["Role"];
export type AccountKind = S["AccountKind"];
export type Account = S["Account"];
export type Session = S["Session"];
export type OwnSession = S["OwnSession"];
export type AccountOperator = S["AccountOperator"];
export type Token = S["Token"];
export type Site = S["Site"];
export type Supply = S["Supply"];
export type Device = S["Device"];
export type DeviceDetail = S["DeviceDetail"];
export type Cell = S["Cell"];
export type Column = S["Column"];
export type Fact = S["Fact"];
export type Meter = S["Meter"];
export type Alert = S["Alert"];
export type Severity = S["Severity"];
export type Collector = S["Collector"];
export type CollectorToken = S["CollectorToken"];
export type Driver = S["Driver"];
export type DriverGrant = S["DriverGrant"];
export type AuditEntry = S["AuditEntry"];
export type Summary = S["Summary"];
/** One page of a list; `next` is the cursor of the following page, null at the end. */
export type List<T> = { items: T[]; next: string | null };
