/** Logo and name of what the portal wears; where there is a logo of its own, it stands for the name too. */
import type { Brand } from "@/api/types";
import { PRODUCT, useWorn } from "./worn";
import "./mark.css";

export function Mark() {
  return <BrandMark brand={useWorn()} />;
}

export function BrandMark({ brand }: { brand: Brand }) {
  const name = brand.name ?? PRODUCT;
  return (
    <>
      {brand.logo_url ? (
        <img className="mark-logo" src={brand.logo_url} alt="" />
      ) : brand.name ? (
        <span className="mark-letter" aria-hidden="true">
          {name.slice(0, 1).toLocaleUpperCase()}
        </span>
      ) : (
        <img src="/mark.svg" alt="" />
      )}
      <span className="truncate">{name}</span>
    </>
  );
}
