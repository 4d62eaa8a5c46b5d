import { Link } from "@tanstack/react-router";
import { t } from "../words";
import { State } from "../ui/states";

export function NotFound() {
  return (
    <>
      <h1>{t.state.notFoundTitle}</h1>
      <State icon="askCircle" title={t.state.notFoundTitle}>
        <p>{t.state.notFound}</p>
        <Link to="/">{t.state.toOverview}</Link>
      </State>
    </>
  );
}
