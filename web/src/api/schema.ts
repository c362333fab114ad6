/**
 * The REST surface as types, in the form openapi-typescript gives (`npm run types`).
 */
type Op<Path, Query, Body, Ok, Code extends number = 200> = {
  parameters: ([Path] extends [never] ? { path?: never } : { path: Path }) &
    (Query extends undefined ? { query?: never } : { query?: Query }) & {
      header?: { "Idempotency-Key"?: string };
      cookie?: never;
    };
  responses: { [K in Code]: { headers: Record<string, unknown>; content: { "application/json": Ok } } } & {
    default: { headers: Record<string, unknown>; content: { "application/problem+json": components["schemas"]["Problem"] } };
  };
} & (Body extends undefined ? { requestBody?: never } : { requestBody: { content: { "application/json": Body } } });
type NoPath = never;
type Id = { id: string };
type Page = { limit?: number; cursor?: string };
type S = components["schemas"];
type List<T> = { items: T[]; next: string | null };

export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail?: string;
      errors?: { field: string; code: string; detail?: string }[];
      request_id?: string;
    };
    Named: { id: string; name: string };
    Role: "owner" | "technician" | "viewer";
    AccountKind: "platform" | "dealer" | "customer";
    Operator: { id: string; email: string; name: string; locale: string };
    Account: {
      id: string;
      key: string;
      name: string;
      kind: S["AccountKind"];
      parent_id: string | null;
      lineage: string;
      path: { id: string; name: string; kind: S["AccountKind"] }[];
      created_at: string;
      counts: { devices: number; alerts_open: number; collectors: number };
    };
    Session: {
      operator: S["Operator"];
      csrf: string;
      expires_at: string;
      grants: { account: S["Account"]; role: S["Role"] }[];
    };
    SignIn: { email: string; password: string };
    SignedIn: { operator: S["Operator"]; csrf: string };
    OwnSession: {
      id: string;
      created_at: string;
      last_seen_at: string;
      expires_at: string;
      source: string | null;
      current: boolean;
    };
    AccountOperator: {
      id: string;
      email: string;
      name: string;
      role: S["Role"];
      grant_id: string;
      inherited_from?: S["Named"] | null;
      last_seen_at: string | null;
    };
    NewOperator: { email: string; name: string; role: S["Role"]; password?: string };
    CreatedOperator: { id: string; email: string; initial_password?: string | null };
    Token: {
      id: string;
      name: string;
      role: S["Role"];
      created_at: string;
      expires_at: string | null;
      last_used_at: string | null;
      revoked_at: string | null;
    };
    CreatedToken: S["Token"] & { secret: string };
    Site: {
      id: string;
      account_id: string;
      name: string;
      address?: string | null;
      ranges: string[];
      poll_seconds: number;
      sweep_seconds: number;
      community_set?: boolean;
    };
    NewSite: {
      name: string;
      address?: string;
      settings: { ranges: string[]; schedule_seconds: number; community?: string };
    };
    Supply: { name: string | null; color: string | null; percent: number | null; state: string | null };
    Device: {
      id: string;
      account: S["Named"];
      site: S["Named"] | null;
      driver: string;
      name: string;
      manufacturer: string | null;
      model: string | null;
      serial: string | null;
      address: string | null;
      status: string;
      ownership: "company" | "personal";
      first_seen_at: string;
      last_seen_at: string | null;
      alerts_open: number;
      page_count: number | null;
      supply_low: number | null;
      supplies_summary: S["Supply"][];
    };
    Cell: string | number | boolean | null;
    Column: {
      key: string;
      title: string;
      unit?: string | null;
      type: string;
      category: string;
      values?: Record<string, string>;
    };
    Fact: {
      attribute: string;
      title: string;
      category: string;
      unit?: string | null;
      kind: "scalar" | "table";
      type?: string;
      value?: S["Cell"];
      label?: string | null;
      columns?: S["Column"][];
      rows?: { key: string; cells: Record<string, S["Cell"]> }[];
      observed_at: string;
      changed_at: string;
      current: boolean;
    };
    Meter: {
      key: string;
      title: string;
      unit?: string | null;
      kind?: string;
      rows: string[];
      last: { at: string; value: number } | null;
    };
    Enrollment: {
      id: string;
      device_id: string | null;
      driver: string;
      account: S["Named"];
      created_at: string;
      state: string;
    };
    DeviceDetail: S["Device"] & { facts: S["Fact"][]; meters: S["Meter"][]; enrollments: S["Enrollment"][] };
    DevicePatch: { name?: string; site_id?: string | null; ownership?: "company" | "personal" };
    Readings: { meter: string; unit?: string | null; row: string; points: [number, number][] };
    Severity: "critical" | "warning" | "info";
    Alert: {
      id: string;
      device: { id: string; name: string; model: string | null };
      account: S["Named"];
      condition: string;
      row: string | null;
      title: string;
      severity: S["Severity"];
      raised_at: string;
      cleared_at: string | null;
      acknowledged_by: { kind: string; id: string | null; at: string | null } | null;
    };
    Collector: {
      id: string;
      account: S["Named"];
      site: S["Named"] | null;
      name: string;
      version: string | null;
      state: "online" | "late" | "offline" | "revoked";
      last_seen_at: string | null;
      spool: { pending: number; dead_letters: number };
      clock_offset_ms: number | null;
      addresses_scanned: number | null;
      devices_seen: number | null;
    };
    CollectorToken: { token: string; expires_at?: string; command_line: string };
    DriverAttribute: { key: string; type: string; unit?: string | null; category: string; title: string };
    Driver: {
      name: string;
      version: string;
      digest: string;
      contract: string;
      title: string;
      attributes: S["DriverAttribute"][];
      meters: { key: string; unit?: string | null; category?: string; title: string }[];
      conditions: { key: string; severity: S["Severity"]; title: string }[];
      asks: { snmp?: string[]; http?: string[] };
      installed_at: string;
      active: boolean;
    };
    DriverGrant: { driver: string; granted: boolean; categories: string[] };
    AuditEntry: {
      id: string;
      at: string;
      actor: { kind: string; id: string | null; name: string | null };
      as?: string | null;
      action: string;
      object: { kind: string; id: string | null; name: string | null };
      source: string | null;
      before: unknown;
      after: unknown;
      reason: string | null;
      erased: boolean;
      sealed: boolean;
    };
    Summary: {
      devices: number;
      online: number;
      alerts: { critical: number; warning: number; info: number };
      collectors: { online: number; late: number; offline: number };
      pages_30d: number;
      supplies_low: number;
    };
  };
}

export interface paths {
  "/api/v1/session": {
    post: Op<NoPath, undefined, S["SignIn"], S["SignedIn"]>;
    get: Op<NoPath, undefined, undefined, S["Session"]>;
    patch: Op<NoPath, undefined, { locale?: string; name?: string }, S["Operator"]>;
    delete: Op<NoPath, undefined, undefined, never, 204>;
  };
  "/api/v1/session/password": { put: Op<NoPath, undefined, { present: string; new: string }, never, 204> };
  "/api/v1/sessions": { get: Op<NoPath, Page, undefined, List<S["OwnSession"]>> };
  "/api/v1/sessions/{id}": { delete: Op<Id, undefined, undefined, never, 204> };
  "/api/v1/accounts/{id}": {
    get: Op<Id, undefined, undefined, S["Account"]>;
    patch: Op<Id, undefined, { name: string }, S["Account"]>;
  };
  "/api/v1/accounts/{id}/accounts": {
    get: Op<Id, Page & { depth?: "children" | "subtree"; q?: string }, undefined, List<S["Account"]>>;
    post: Op<Id, undefined, { name: string; kind: S["AccountKind"] }, S["Account"], 201>;
  };
  "/api/v1/accounts/{id}/summary": { get: Op<Id, undefined, undefined, S["Summary"]> };
  "/api/v1/accounts/{id}/operators": {
    get: Op<Id, Page, undefined, List<S["AccountOperator"]>>;
    post: Op<Id, undefined, S["NewOperator"], S["CreatedOperator"], 201>;
  };
  "/api/v1/accounts/{id}/operators/{operator_id}": {
    patch: Op<Id & { operator_id: string }, undefined, { role: S["Role"] }, S["AccountOperator"]>;
    delete: Op<Id & { operator_id: string }, undefined, undefined, never, 204>;
  };
  "/api/v1/accounts/{id}/tokens": {
    get: Op<Id, Page, undefined, List<S["Token"]>>;
    post: Op<Id, undefined, { name: string; role: S["Role"]; expires_at?: string }, S["CreatedToken"], 201>;
  };
  "/api/v1/accounts/{id}/tokens/{token_id}": {
    delete: Op<Id & { token_id: string }, undefined, undefined, never, 204>;
  };
  "/api/v1/accounts/{id}/sites": {
    get: Op<Id, Page, undefined, List<S["Site"]>>;
    post: Op<Id, undefined, S["NewSite"], S["Site"], 201>;
  };
  "/api/v1/accounts/{id}/sites/{site_id}": {
    patch: Op<Id & { site_id: string }, undefined, Partial<S["NewSite"]>, S["Site"]>;
    delete: Op<Id & { site_id: string }, undefined, undefined, never, 204>;
  };
  "/api/v1/accounts/{id}/devices": {
    get: Op<
      Id,
      Page & { q?: string; driver?: string; site?: string; status?: string; alert?: "open"; sort?: string },
      undefined,
      List<S["Device"]>
    >;
  };
  "/api/v1/accounts/{id}/devices/{device_id}": {
    get: Op<Id & { device_id: string }, undefined, undefined, S["DeviceDetail"]>;
    patch: Op<Id & { device_id: string }, undefined, S["DevicePatch"], S["Device"]>;
    delete: Op<Id & { device_id: string }, undefined, undefined, never, 204>;
  };
  "/api/v1/accounts/{id}/devices/{device_id}/readings": {
    get: Op<
      Id & { device_id: string },
      { meter: string; row?: string; from?: string; to?: string; step?: number },
      undefined,
      S["Readings"]
    >;
  };
  "/api/v1/accounts/{id}/devices/{device_id}/alerts": {
    get: Op<Id & { device_id: string }, Page, undefined, List<S["Alert"]>>;
  };
  "/api/v1/accounts/{id}/alerts": {
    get: Op<
      Id,
      Page & { state?: "open" | "cleared"; severity?: S["Severity"]; driver?: string },
      undefined,
      List<S["Alert"]>
    >;
  };
  "/api/v1/accounts/{id}/alerts/{alert_id}/acknowledge": {
    post: Op<Id & { alert_id: string }, undefined, undefined, S["Alert"]>;
  };
  "/api/v1/accounts/{id}/collectors": { get: Op<Id, Page, undefined, List<S["Collector"]>> };
  "/api/v1/accounts/{id}/collectors/enrollments": {
    post: Op<Id, undefined, { site_id: string; name: string }, S["CollectorToken"], 201>;
  };
  "/api/v1/accounts/{id}/collectors/{collector_id}": {
    delete: Op<Id & { collector_id: string }, undefined, undefined, never, 204>;
  };
  "/api/v1/accounts/{id}/collectors/{collector_id}/scan": {
    post: Op<Id & { collector_id: string }, undefined, undefined, never, 202>;
  };
  "/api/v1/drivers": {
    get: Op<NoPath, undefined, undefined, List<S["Driver"]>>;
  };
  "/api/v1/drivers/{name}": { get: Op<{ name: string }, undefined, undefined, S["Driver"]> };
  "/api/v1/accounts/{id}/drivers": { get: Op<Id, undefined, undefined, List<S["DriverGrant"]>> };
  "/api/v1/accounts/{id}/drivers/{name}": {
    put: Op<Id & { name: string }, undefined, { granted: boolean }, S["DriverGrant"]>;
  };
  "/api/v1/accounts/{id}/audit": {
    get: Op<
      Id,
      Page & { actor?: string; action?: string; object?: string; from?: string; to?: string },
      undefined,
      List<S["AuditEntry"]>
    >;
  };
}
