// Where events go and how the deliveries go. What a connector is, is written on the server.
import { useConnectors } from "../api/queries";
import type { Connector } from "../api/types";
import { asSentence, t } from "../words";
import { Card } from "../ui/card";
import { Given } from "../ui/given";
import { Mark, type Tone } from "../ui/mark";
import { Shown, State } from "../ui/states";
import { Ago } from "../ui/time";

type Delivery = keyof typeof t.connectors.states;
const tones: Record<Delivery, Tone> = { failing: "medium", waiting: "low", delivering: "secured", unused: "info" };

function deliveryOf(connector: Connector): Delivery {
  if (connector.last_error) return "failing";
  if (connector.queued > 0) return "waiting";
  return connector.last_delivered_at ? "delivering" : "unused";
}

// The same members as docs/connectors.md.
const EXAMPLE = `{"connectors": [
  {"id": "siem", "kind": "syslog_tls",
   "host": "siem.example", "port": 6514,
   "ca_file": "siem-ca.pem"},
  {"id": "chat", "kind": "webhook",
   "url": "https://hooks.example/bartizan",
   "secret_file": "chat.secret"}
]}`;

export function Connectors() {
  const query = useConnectors();
  return (
    <>
      <div className="page-head">
        <div className="page-head-text">
          <h1>{t.connectors.title}</h1>
          <p>{t.connectors.lead}</p>
        </div>
      </div>
      <div className="stack">
        <div className="card">
          <Shown query={query} what={t.state.things.connectors} rows={3}>
            {(data) =>
              data.items.length === 0 ? (
                <State icon="connect" title={t.connectors.noneTitle}>
                  <p>{t.connectors.noneLead}</p>
                </State>
              ) : (
                <Table connectors={data.items} />
              )
            }
          </Shown>
        </div>
        <Card title={t.connectors.addTitle}>
          <div className="card-body stack small-gap">
            <p className="soft">{t.connectors.addLead}</p>
            <pre className="code framed" tabIndex={0} role="region" aria-label={t.connectors.addExample}>
              {EXAMPLE}
            </pre>
            <p className="meta">{t.connectors.addSecrets}</p>
          </div>
        </Card>
      </div>
    </>
  );
}

function Table({ connectors }: { connectors: Connector[] }) {
  return (
    <table className="table stacks" aria-label={t.connectors.title}>
      <thead>
        <tr>
          <th scope="col">{t.connectors.name}</th>
          <th scope="col">{t.connectors.state}</th>
          <th scope="col">{t.connectors.target}</th>
          <th scope="col" className="end">
            {t.connectors.queued}
          </th>
          <th scope="col" className="end">
            {t.connectors.delivered}
          </th>
          <th scope="col">{t.connectors.lastDelivered}</th>
        </tr>
      </thead>
      <tbody>
        {connectors.map((connector) => {
          const delivery = deliveryOf(connector);
          return (
            <tr key={connector.id}>
              <td className="first">
                <div className="strong">
                  <Given text={connector.id} />
                </div>
                <div className="meta">{t.connectors.kinds[connector.kind] ?? <Given text={connector.kind} />}</div>
              </td>
              <td className="wide">
                <span className="quiet" data-tone={tones[delivery]}>
                  <Mark tone={tones[delivery]} size={13} />
                  {t.connectors.states[delivery]}
                </span>
                {connector.last_error && (
                  <div className="meta break">
                    {t.connectors.lastError(asSentence(connector.last_error))} {t.connectors.retried}
                  </div>
                )}
              </td>
              <td className="wide">
                <Given text={connector.target} mono />
              </td>
              <td className="end" data-label={t.connectors.queued}>
                {connector.queued}
              </td>
              <td className="end" data-label={t.connectors.delivered}>
                {connector.delivered}
              </td>
              <td className="late nowrap">
                <Ago at={connector.last_delivered_at} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
