/**
 * The server pokes, the portal refetches: a poke names what changed in an account, never the data, so
 * that a page can only ever show what its own request was allowed to see. Pokes are gathered for a
 * second. After an interruption everything is refetched, since pokes may have been missed. While there
 * is no stream, which the server refuses to who has many open, what pokes would tell of is refetched
 * from time to time.
 */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

const GATHER_MS = 1000;
const INTERRUPTED_AFTER_MS = 5000;
const RETRY_MS = 30_000;
const POLL_MS = 30_000;

const TOUCHES: Record<string, string[]> = {
  devices: ["devices", "device", "readings", "summary"],
  alerts: ["alerts", "devices", "device", "summary"],
  collectors: ["collectors", "enrollments", "summary"],
};

const ALL_TOUCHED = [...new Set(Object.values(TOUCHES).flat())];

/** Which query keys a poke makes stale; an unknown type makes all stale. */
export function touched(type: string): string[] | "all" {
  return TOUCHES[type] ?? "all";
}

function parsePoke(data: unknown): string | undefined {
  try {
    const poke: unknown = JSON.parse(String(data));
    if (typeof poke === "object" && poke !== null && "type" in poke) return String(poke.type);
  } catch {
    return undefined;
  }
  return undefined;
}

class Gatherer {
  #keys = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {}

  add(keys: string[]): void {
    for (const key of keys) this.#keys.add(key);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#timer = undefined;
    for (const key of this.#keys) this.client.invalidateQueries({ queryKey: [key] });
    this.#keys.clear();
  }
}

/**
 * Follows the account's pokes; true while they have been interrupted for some seconds. Pokes are about
 * devices, so nothing is followed for who may not see those.
 */
export function useLive(account: string, maySeeDevices: boolean): boolean {
  const client = useQueryClient();
  const [interrupted, setInterrupted] = useState(false);
  useEffect(() => {
    if (!maySeeDevices) return;
    const gatherer = new Gatherer(client);
    let source: EventSource | undefined;
    let warn: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let poll: ReturnType<typeof setInterval> | undefined;

    const onPoke = (event: MessageEvent) => {
      const keys = touched(parsePoke(event.data) ?? event.type);
      gatherer.add(keys === "all" ? ALL_TOUCHED : keys);
    };
    const connect = () => {
      source?.close();
      source = new EventSource(`/api/v1/events?account=${encodeURIComponent(account)}`);
      source.onopen = () => {
        clearTimeout(warn);
        if (warn !== undefined) client.invalidateQueries();
        warn = undefined;
        clearInterval(poll);
        poll = undefined;
        setInterrupted(false);
      };
      source.onerror = () => {
        warn ??= setTimeout(() => setInterrupted(true), INTERRUPTED_AFTER_MS);
        poll ??= setInterval(() => gatherer.add(ALL_TOUCHED), POLL_MS);
        if (source?.readyState === EventSource.CLOSED) again = setTimeout(connect, RETRY_MS);
      };
      source.onmessage = onPoke;
      for (const type of Object.keys(TOUCHES)) source.addEventListener(type, onPoke);
    };
    connect();
    return () => {
      gatherer.stop();
      source?.close();
      clearTimeout(warn);
      clearTimeout(again);
      clearInterval(poll);
    };
  }, [account, client, maySeeDevices]);
  return interrupted;
}
