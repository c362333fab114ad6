/** Starts the portal: theme and language before the first paint, then the router. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listenSessionLost, setCsrf } from "@/api/client";
import { queryClient, router } from "@/app/router";
import { startTheme } from "@/design/theme";
import { startLocale } from "@/i18n";
import { safeNext } from "@/session/session";
import "@/design/tokens.css";
import "@/design/base.css";
import "@/design/controls.css";
import "@/design/overlays.css";
import "@/design/layout.css";
import "@/design/table.css";

/** Pages that need no session. */
const OPEN = ["/", "/sign-in", "/forgot-password", "/reset-password", "/invitation"];

startTheme();
startLocale();

listenSessionLost(() => {
  const { pathname, href } = router.state.location;
  if (OPEN.includes(pathname)) return;
  setCsrf(undefined);
  queryClient.removeQueries({ queryKey: ["session"] });
  router.navigate({ to: "/sign-in", search: { next: safeNext(href), lost: true } });
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
