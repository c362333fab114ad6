/** The logo: what is chosen is shown on light and dark before it is sent. */
import { useEffect, useRef, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { ProblemError } from "@/api/problem";
import type { Branding } from "@/api/types";
import { Button } from "@/design/button";
import { Icon } from "@/design/icon";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useBrandChanges } from "./queries";

type Props = { account: string; branding: Branding; editable: boolean; source: string };

const REFUSED: Record<string, () => string> = {
  too_large: m.logo_too_large,
  no_png: m.logo_no_png,
  size: m.logo_size,
  too_intricate: m.logo_intricate,
};

export function LogoCard({ account, branding, editable, source }: Props) {
  const { setLogo, removeLogo } = useBrandChanges(account);
  const [chosen, setChosen] = useState<{ file: File; image: ImageBitmap }>();
  const [wrong, setWrong] = useState<string>();
  const { own, effective } = branding;

  async function take(files: FileList | null) {
    const file = files?.[0];
    if (!file) return;
    setWrong(undefined);
    try {
      setChosen({ file, image: await createImageBitmap(file) });
    } catch {
      setWrong(m.logo_no_png());
    }
  }

  async function send(file: File) {
    try {
      await setLogo.mutateAsync(file);
      setChosen(undefined);
      toast(m.logo_saved());
    } catch (error) {
      setChosen(undefined);
      const code = error instanceof ProblemError ? error.fields[0]?.code : undefined;
      const sentence = code === undefined ? undefined : REFUSED[code];
      if (sentence) setWrong(sentence());
      else toastProblem(error);
    }
  }

  return (
    <Card title={m.logo_title()}>
      <div className="branding-logos">
        {(["light", "dark"] as const).map((theme) => (
          <div key={theme} className="branding-logo" data-theme={theme}>
            {chosen ? (
              <Picture image={chosen.image} />
            ) : effective.logo_url ? (
              <img src={effective.logo_url} alt={theme === "light" ? m.logo_title() : ""} />
            ) : (
              <span className="faint">{m.logo_none()}</span>
            )}
          </div>
        ))}
      </div>
      <p className="hint">{chosen ? m.logo_preview() : source}</p>
      {wrong && (
        <p className="error branding-wrong" role="alert">
          <Icon name="warning" />
          {wrong}
        </p>
      )}
      {editable && (
        <div className="actions branding-actions">
          {chosen ? (
            <>
              <Button look="primary" isPending={setLogo.isPending} onPress={() => send(chosen.file)}>
                {m.logo_keep()}
              </Button>
              <Button onPress={() => setChosen(undefined)}>{m.action_cancel()}</Button>
            </>
          ) : (
            <>
              <FileTrigger acceptedFileTypes={["image/png"]} onSelect={take}>
                <Button>{m.logo_choose()}</Button>
              </FileTrigger>
              {own.logo_url && (
                <Button
                  look="quiet"
                  isPending={removeLogo.isPending}
                  onPress={() =>
                    removeLogo.mutate(undefined, {
                      onSuccess: () => toast(m.logo_removed()),
                      onError: toastProblem,
                    })
                  }
                >
                  {m.logo_remove()}
                </Button>
              )}
            </>
          )}
        </div>
      )}
      {editable && <p className="hint">{m.logo_hint()}</p>}
    </Card>
  );
}

/** Drawn, not linked: the content security policy knows no pictures but the server's. */
function Picture({ image }: { image: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext("2d")?.drawImage(image, 0, 0);
  }, [image]);
  return <canvas ref={canvas} width={image.width} height={image.height} />;
}
