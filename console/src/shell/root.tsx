// Decides between the sign-in and the shell. The address stays, so that signing in returns to it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { ApiError, onSignedOut } from "../api/client";
import { keys, sessionQuery } from "../api/queries";
import { t } from "../words";
import { Failed, useLate } from "../ui/states";
import { SessionProvider } from "./session";
import { Shell } from "./shell";

const SignIn = lazy(() => import("../pages/sign_in"));

export function Root() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const [ended, setEnded] = useState(false);
  const late = useLate(session.isPending);

  useEffect(
    () =>
      onSignedOut(() => {
        if (!client.getQueryData(keys.session)) return;
        setEnded(true);
        void client.resetQueries({ queryKey: keys.session });
      }),
    [client],
  );

  if (session.isPending) {
    return late ? (
      <main className="gate" role="status">
        <h1 className="out-of-sight">{t.product}</h1>
        {t.state.loading}
      </main>
    ) : null;
  }
  const signedOut = session.error instanceof ApiError && session.error.status === 401;
  if (session.error && !signedOut && !session.data) {
    return (
      <main className="gate">
        <h1 className="out-of-sight">{t.product}</h1>
        <Failed what={t.product} error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  if (signedOut || !session.data || session.data.administrator.must_change_password) {
    return (
      <Suspense>
        <SignIn
          mustChange={!signedOut && session.data?.administrator.must_change_password === true}
          ended={ended}
          onDone={(next) => {
            setEnded(false);
            client.setQueryData(keys.session, next);
          }}
        />
      </Suspense>
    );
  }
  return (
    <SessionProvider value={session.data}>
      <Shell />
    </SessionProvider>
  );
}
