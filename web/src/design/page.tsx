/** A page's frame: its title is the document title and takes the focus after navigation. */
import { type ReactNode, useEffect, useRef } from "react";
import { usePageTitle } from "@/branding/worn";

/** The first page leaves the focus where the browser put it; each later one takes it. */
let visited = false;

type PageProps = {
  title: string;
  lead?: ReactNode;
  crumbs?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
};

export function Page({ title, lead, crumbs, actions, fill, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (visited) heading.current?.focus({ preventScroll: true });
    visited = true;
  }, []);
  usePageTitle(title);
  return (
    <div className={fill ? "page page--fill" : "page"}>
      <header className="page-head">
        <div>
          {crumbs}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p>{lead}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** `danger` is for what stops or ends what people rely on. */
type CardProps = {
  title: string;
  actions?: ReactNode;
  flush?: boolean;
  danger?: boolean;
  children: ReactNode;
};

export function Card({ title, actions, flush, danger, children }: CardProps) {
  return (
    <section className={danger ? "card card--danger" : "card"} aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {actions}
      </div>
      <div className={flush ? "card-body--flush" : "card-body"}>{children}</div>
    </section>
  );
}
