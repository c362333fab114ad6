/** The frame of pages that a mail leads to: as the sign-in, without an account around it. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Preferences } from "@/app/preferences";
import { HelpLinks } from "@/branding/help";
import { Mark } from "@/branding/mark";
import { portalBrandQuery } from "@/branding/queries";
import { usePageTitle, useWear } from "@/branding/worn";
import "@/session/sign-in.css";

export function LinkCard({ title, children }: { title: string; children: ReactNode }) {
  usePageTitle(title);
  useWear(useQuery(portalBrandQuery).data);
  return (
    <main className="signin" id="main">
      <div className="signin-card card">
        <div className="brand">
          <Mark />
        </div>
        <h1>{title}</h1>
        {children}
      </div>
      <footer className="signin-foot">
        <HelpLinks />
        <Preferences />
      </footer>
    </main>
  );
}

export function Note({ children, bad }: { children: ReactNode; bad?: boolean }) {
  return bad ? (
    <p className="signin-note signin-note--bad" role="alert">
      {children}
    </p>
  ) : (
    <p className="signin-note" role="status">
      {children}
    </p>
  );
}
