// A secret the server shows once: to copy, and to say that it is kept.
import { Button } from "@mantine/core";
import { t } from "../words";
import { useCopy } from "./copy";
import { Icon } from "./icon";

export function Once(props: { label: string; secret: string; note: string; onDone: () => void }) {
  const { copied, copy } = useCopy();
  return (
    <>
      <p>{props.note}</p>
      <code className="secret" tabIndex={0} role="textbox" aria-readonly="true" aria-label={props.label}>
        {props.secret}
      </code>
      <p className="meta">{t.settings.once}</p>
      <div className="dialog-actions">
        <Button variant="default" leftSection={<Icon name="copy" size={15} />} onClick={() => copy(props.secret)}>
          {copied ? t.settings.copied : t.settings.copy}
        </Button>
        <Button onClick={props.onDone}>{t.settings.stored}</Button>
      </div>
    </>
  );
}
