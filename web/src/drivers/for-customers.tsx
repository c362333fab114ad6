/** Allows a driver for chosen customers in one step; each customer's audit tells it. */
import { useState } from "react";
import { useChildAccounts, useMay } from "@/accounts/queries";
import type { Driver } from "@/api/types";
import { Button } from "@/design/button";
import { Checkbox } from "@/design/checkbox";
import { Dialog } from "@/design/dialog";
import { Load } from "@/design/feedback";
import { More } from "@/design/more";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { collate, number } from "@/i18n/format";
import { Choose } from "./choose";
import { useDecideForEach } from "./queries";

/** The most accounts of one call. */
const MOST = 500;

export function ForCustomers({ account, driver }: { account: string; driver: Driver }) {
  const [open, setOpen] = useState(false);
  if (!useMay("manage_drivers")) return null;
  return (
    <>
      <Button small onPress={() => setOpen(true)}>
        {m.each_open()}
      </Button>
      <Dialog title={m.each_title({ driver: driver.title })} open={open} onClose={() => setOpen(false)} wide>
        {open && <Steps account={account} driver={driver} onClose={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}

type StepsProps = { account: string; driver: Driver; onClose: () => void };

function Steps({ account, driver, onClose }: StepsProps) {
  const children = useChildAccounts(account);
  const decide = useDecideForEach(account, driver.name);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [step, setStep] = useState<"accounts" | "items">("accounts");
  const basic = driver.statement.items.filter((item) => item.basic);
  const counted = { count: chosen.size, shown: number(chosen.size) };
  const first = basic.length > 0 ? basic : driver.statement.items.filter(({ text }) => !text);

  if (step === "items")
    return (
      <div className="dialog-body">
        <p className="muted">{m.each_lead(counted)}</p>
        <Choose
          statement={driver.statement}
          begin={new Set(first.map(({ name }) => name))}
          busy={decide.isPending}
          action={m.each_allow(counted)}
          onCancel={() => setStep("accounts")}
          onDecide={(granted) =>
            decide.mutate(
              { accounts: [...chosen], digest: driver.digest, ...granted },
              {
                onSuccess: () => {
                  toast(m.each_done(counted));
                  onClose();
                },
                onError: toastProblem,
              },
            )
          }
        />
      </div>
    );
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    on ? next.add(id) : next.delete(id);
    setChosen(next);
  };
  return (
    <>
      <div className="dialog-body">
        <p className="muted">{m.each_who()}</p>
        <Load query={children} rows={4}>
          {(accounts) => (
            <div className="choose-category">
              {[...accounts]
                .sort((a, b) => collate(a.name, b.name))
                .map(({ id, name }) => (
                  <Checkbox key={id} isSelected={chosen.has(id)} onChange={(on) => toggle(id, on)}>
                    {name}
                  </Checkbox>
                ))}
              <More query={children} />
            </div>
          )}
        </Load>
      </div>
      <div className="dialog-actions">
        <Button onPress={onClose}>{m.action_cancel()}</Button>
        <Button
          look="primary"
          isDisabled={chosen.size === 0 || chosen.size > MOST}
          onPress={() => setStep("items")}
        >
          {m.action_continue()}
        </Button>
      </div>
    </>
  );
}
