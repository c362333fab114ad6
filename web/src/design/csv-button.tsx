/** Saves a list as a CSV file on the reader's machine. */
import { useState } from "react";
import { csvOf } from "@/api/csv";
import { m } from "@/i18n";
import { Button } from "./button";
import { toast, toastProblem } from "./toast";

type Props = {
  path: string;
  search: Record<string, string | undefined>;
  /** The file's name without its ending. */
  file: string;
  label?: string;
};

export function CsvButton({ path, search, file, label }: Props) {
  const [busy, setBusy] = useState(false);
  async function download() {
    setBusy(true);
    try {
      const url = URL.createObjectURL(await csvOf(path, search));
      const link = document.createElement("a");
      link.href = url;
      link.download = `${file}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      toast(m.csv_done());
    } catch (error) {
      toastProblem(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button icon="download" onPress={download} isPending={busy}>
      {label ?? m.action_csv()}
    </Button>
  );
}
