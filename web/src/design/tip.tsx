/** A tooltip on hover and keyboard focus; it repeats or shortens what assistive technology already gets. */
import type { ReactNode } from "react";
import { Tooltip, TooltipTrigger } from "react-aria-components";

export function Tip({ text, children }: { text: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      {children}
      <Tooltip className="tooltip" offset={6}>
        {text}
      </Tooltip>
    </TooltipTrigger>
  );
}
