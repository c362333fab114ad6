/**
 * What an account lets a driver collect, item by item: what is decided holds for the version that is shown. Nothing is
 * decided before the button is pressed.
 */
import { useState } from "react";
import type { DriverAtAccount, GrantedPart, Statement } from "@/api/types";
import { Button } from "@/design/button";
import { Checkbox } from "@/design/checkbox";
import { categoryName, categoryWhat } from "@/devices/words";
import { m } from "@/i18n";
import { boundsOf, byCategories } from "./statement";

/** What would be granted where only these items are chosen. */
export function part(statement: Statement, chosen: ReadonlySet<string>): GrantedPart {
  const kept = statement.items.filter(({ name }) => chosen.has(name));
  const categories = [...new Set(kept.map(({ category }) => category))];
  return {
    categories,
    withheld: statement.items
      .filter(({ name, category }) => !chosen.has(name) && categories.includes(category))
      .map(({ name }) => name),
    texts: kept.filter(({ text }) => text).map(({ name }) => name),
  };
}

/** Where the choice starts: what is granted now, or else the basic set, or else all but free texts. */
export function start(at: DriverAtAccount, statement: Statement): Set<string> {
  const isGranted = (fate: string) => fate === "collected" || fate === "denied_by_policy";
  const names = (wanted: (item: Statement["items"][number]) => boolean) =>
    new Set(statement.items.filter(wanted).map(({ name }) => name));
  if (at.granted) {
    const granted = new Set(
      at.statement.items.filter((item) => isGranted(item.company)).map(({ name }) => name),
    );
    const asked = new Set(at.offered?.asks_more.map(({ name }) => name));
    return names(({ name }) => granted.has(name) && !asked.has(name));
  }
  if (statement.items.some(({ basic }) => basic)) return names(({ basic }) => basic);
  return names(({ text }) => !text);
}

type Props = {
  statement: Statement;
  begin: ReadonlySet<string>;
  busy: boolean;
  action: string;
  onDecide: (granted: GrantedPart) => void;
  onCancel: () => void;
};

export function Choose({ statement, begin, busy, action, onDecide, onCancel }: Props) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(begin);
  const basic = statement.items.filter((item) => item.basic);
  const lacking = chosen.size > 0 && basic.some(({ name }) => !chosen.has(name));
  const set = (names: string[], on: boolean) => {
    const next = new Set(chosen);
    for (const name of names) on ? next.add(name) : next.delete(name);
    // no row is kept without its key
    const keys = names.map((name) => `${name.split(".")[0]}.row_key`);
    if (on) for (const { name } of statement.items) if (keys.includes(name)) next.add(name);
    setChosen(next);
  };
  return (
    <div className="choose">
      <div className="choose-presets">
        {basic.length > 0 && (
          <Button small onPress={() => setChosen(new Set(basic.map(({ name }) => name)))}>
            {m.choose_basic()}
          </Button>
        )}
        <Button small onPress={() => setChosen(new Set(statement.items.map(({ name }) => name)))}>
          {m.choose_all()}
        </Button>
        <Button small onPress={() => setChosen(new Set())}>
          {m.choose_none()}
        </Button>
      </div>
      {byCategories(statement.items).map(([category, items]) => {
        const names = items.map(({ name }) => name);
        return (
          <fieldset key={category} className="choose-category">
            <legend title={categoryWhat(category)}>
              <Checkbox
                isSelected={names.every((name) => chosen.has(name))}
                onChange={(on) => set(names, on)}
              >
                {categoryName(category)}
              </Checkbox>
            </legend>
            {items.map((item) => (
              <Checkbox
                key={item.name}
                isSelected={chosen.has(item.name)}
                onChange={(on) => set([item.name], on)}
              >
                {item.title} <span className="privacy-bounds">{boundsOf(item)}</span>
                {item.text && <span className="privacy-bounds"> {m.choose_text()}</span>}
              </Checkbox>
            ))}
          </fieldset>
        );
      })}
      {lacking && <p className="hint">{m.choose_lacking()}</p>}
      <div className="choose-actions">
        <Button onPress={onCancel}>{m.action_cancel()}</Button>
        <Button
          look="primary"
          isDisabled={chosen.size === 0}
          isPending={busy}
          onPress={() => onDecide(part(statement, chosen))}
        >
          {action}
        </Button>
      </div>
    </div>
  );
}
