import { Button, Switch } from "@mantine/core";
import { useState } from "react";
import { t } from "../words";
import { Dialog } from "../ui/dialog";
import { setSingleKeys, singleKeysOn } from "../ui/keys";

const rows: [string[], string][] = [
  [["J"], t.keys.next],
  [["K"], t.keys.previous],
  [["Enter"], t.keys.open],
  [["X"], t.keys.select],
  [["E"], t.keys.acknowledge],
  [["/"], t.keys.search],
  [["Ctrl", "K"], t.keys.palette],
  [["?"], t.keys.help],
];

export default function KeyHelp({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(singleKeysOn);
  return (
    <Dialog title={t.keys.title} onClose={onClose}>
      <dl className="keys">
        {rows.map(([names, text]) => (
          <div key={text} className="key-row">
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t.keys.on}
        description={t.keys.onHelp}
        checked={on}
        onChange={(event) => {
          setSingleKeys(event.currentTarget.checked);
          setOn(event.currentTarget.checked);
        }}
      />
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t.keys.close}
        </Button>
      </div>
    </Dialog>
  );
}
