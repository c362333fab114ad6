/** The frame of pages that a mail leads to: as the sign-in, without an account around it. */
import { type ReactNode, useEffect } from "react";
import { Preferences } from "@/app/preferences";
import "@/session/sign-in.css";

export function LinkCard({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Bailiwick`;
  }, [title]);
  return (
    <main className="signin" id="main">
      <div className="signin-card card">
        <div className="brand">
          <img src="/mark.svg" alt="" />
          Bailiwick
        </div>
        <h1>{title}</h1>
        {children}
      </div>
      <footer className="signin-foot">
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
