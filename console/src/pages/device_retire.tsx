// Taking a phone out: its certificate is revoked, which cannot be undone, so its name is asked for.
import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../api/client";
import { keys } from "../api/queries";
import type { DeviceDetail } from "../api/types";
import { t } from "../words";
import { Dialog } from "../ui/dialog";
import { Given } from "../ui/given";
import { Icon } from "../ui/icon";
import { say } from "../ui/toasts";

const retireKinds = ["lost", "replaced", "left"] as const;

export function Retire({ device, onClose }: { device: DeviceDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<(typeof retireKinds)[number]>("lost");
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState("");
  async function retire() {
    const params = { params: { path: { id: device.id } } };
    try {
      if (kind === "lost") await take(api.POST("/v1/devices/{id}/lost", params));
      else if (kind === "replaced") await take(api.POST("/v1/devices/{id}/replaced", params));
      else await take(api.POST("/v1/devices/{id}/left", params));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    onClose();
    say(t.device.retired);
    void client.invalidateQueries({ queryKey: keys.device(device.id) });
    void client.invalidateQueries({ queryKey: keys.devices });
    void client.invalidateQueries({ queryKey: keys.overview });
  }
  return (
    <Dialog title={t.device.retireTitle(device.name)} onClose={onClose}>
      <p className="soft">{t.device.retireLead}</p>
      <fieldset className="radios">
        <legend className="strong">{t.device.retireWhy}</legend>
        {retireKinds.map((each) => (
          <label key={each}>
            <input type="radio" name="why" checked={kind === each} onChange={() => setKind(each)} />
            {t.device.retireKinds[each]}
          </label>
        ))}
      </fieldset>
      <TextInput
        label={t.device.retireType(device.name)}
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {problem && (
        <p className="note" data-tone="critical" role="alert">
          <Icon name="warn" size={16} />
          <Given text={problem} />
        </p>
      )}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t.alert.cancel}
        </Button>
        <Button className="danger" disabled={typed !== device.name} onClick={() => void retire()}>
          {t.device.retireDo}
        </Button>
      </div>
    </Dialog>
  );
}
