/** A page's frame: its title is the document title and takes the focus after navigation. */
import { type ReactNode, useEffect } from "react";

type PageProps = {
  title: string;
  lead?: ReactNode;
  crumbs?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
};

export function Page({ title, lead, crumbs, actions, fill, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Bailiwick`;
  }, [title]);
  return (
    <div className={fill ? "page page--fill" : "page"}>
      <header className="page-head">
        <div>
          {crumbs}
          <h1>{title}</h1>
          {lead && <p>{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

type CardProps = { title: string; actions?: ReactNode; flush?: boolean; children: ReactNode };

export function Card({ title, actions, flush, children }: CardProps) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {actions}
      </div>
      <div className={flush ? "card-body--flush" : "card-body"}>{children}</div>
    </section>
  );
}
