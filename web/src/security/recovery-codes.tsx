/** Recovery codes, shown this once: to copy, to keep as a file, to print. */
import { useState } from "react";
import { Button } from "@/design/button";
import { m } from "@/i18n";

export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const text = codes.join("\n");

  function download() {
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(address);
  }

  return (
    <>
      <p className="muted">{m.recovery_lead()}</p>
      <ul className="recovery-codes" aria-label={m.recovery_title()}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button
          icon={copied ? "check" : "copy"}
          onPress={() => navigator.clipboard.writeText(text).then(() => setCopied(true))}
        >
          {copied ? m.action_copied() : m.action_copy()}
        </Button>
        <Button icon="download" onPress={download}>
          {m.action_download()}
        </Button>
        <Button onPress={() => window.print()}>{m.action_print()}</Button>
      </div>
      <div className="dialog-actions">
        <Button look="primary" onPress={onClose}>
          {m.recovery_kept()}
        </Button>
      </div>
    </>
  );
}
