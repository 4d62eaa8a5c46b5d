// Sending an app to the server: chosen or dropped, watched on its way, and what became of it.
import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState, type DragEvent } from "react";
import { ApiError } from "../api/client";
import { keys } from "../api/queries";
import { MAX_APP_BYTES, uploadApp, type Upload } from "../api/upload_app";
import { t } from "../words";
import { Icon } from "../ui/icon";
import { sizeText } from "../ui/size";
import { say } from "../ui/toasts";

const mebibytes = (bytes: number) => t.upload.mebibytes(bytes / 1024 ** 2);
const LIMIT = mebibytes(MAX_APP_BYTES);
const KINDS = ".apk,.apks,.apkm,.xapk,.ipa";
// Of the choices in t.upload.installers, what the server is told.
const INSTALLERS: Record<string, string | undefined> = { "": undefined, none: "", play: "com.android.vending" };

type Stage =
  | { kind: "idle" }
  | { kind: "sending"; file: File; sent: number }
  | { kind: "scanning"; file: File }
  | { kind: "failed"; file: File | null; why: string; again: boolean };

function whyNot(error: unknown): string {
  if (!(error instanceof ApiError)) return t.upload.unreachable;
  switch (error.status) {
    case 0:
      return t.upload.unreachable;
    case 400:
      return t.upload.notAnApp(error.message.replace(/\.$/, ""));
    case 403:
      return t.upload.forbidden;
    case 413:
      return t.upload.refusedSize(LIMIT);
    case 503:
      return t.upload.unavailable(error.message);
  }
  return error.code === "odd_answer" ? t.upload.odd : t.state.answered(error.status, error.message);
}

// What can be said before a byte is sent.
function refuseFile(files: FileList | null): string {
  const file = files?.[0];
  if (!file) return "";
  if (files.length > 1) return t.upload.several;
  if (file.size === 0) return t.upload.empty;
  return file.size > MAX_APP_BYTES ? t.upload.tooLarge(mebibytes(file.size), LIMIT) : "";
}

function useUpload(installer: string | undefined) {
  const [stage, setStage] = useState<Stage>({ kind: "idle" });
  const running = useRef<Upload | null>(null);
  const client = useQueryClient();
  const navigate = useNavigate();
  // A file half sent is of no use to anybody who has left the page.
  useEffect(() => () => running.current?.cancel(), []);

  async function send(file: File) {
    setStage({ kind: "sending", file, sent: 0 });
    const upload = uploadApp(file, installer, (sent) =>
      setStage(sent < file.size ? { kind: "sending", file, sent } : { kind: "scanning", file }),
    );
    running.current = upload;
    try {
      const sha256 = await upload.sha256;
      void client.invalidateQueries({ queryKey: keys.apps });
      void client.invalidateQueries({ queryKey: keys.app(sha256) });
      say(t.upload.done(file.name));
      await navigate({ to: "/apps/$sha256", params: { sha256 } });
    } catch (error) {
      const again = !(error instanceof ApiError) || ![400, 403, 413].includes(error.status);
      setStage({ kind: "failed", file, why: whyNot(error), again });
    } finally {
      running.current = null;
    }
  }
  return {
    stage,
    send: (file: File) => void send(file),
    offer: (files: FileList | null) => {
      const why = refuseFile(files);
      if (why) setStage({ kind: "failed", file: files?.[0] ?? null, why, again: false });
      else if (files?.[0]) void send(files[0]);
    },
    cancel: () => {
      running.current?.cancel();
      running.current = null;
      say(stage.kind === "scanning" ? t.upload.stoppedWaiting : t.upload.cancelled);
      setStage({ kind: "idle" });
      void client.invalidateQueries({ queryKey: keys.apps });
    },
  };
}

// A file dropped beside the area must not replace the page.
function useNoStrayDrops() {
  useEffect(() => {
    const stay = (event: Event) => event.preventDefault();
    window.addEventListener("dragover", stay);
    window.addEventListener("drop", stay);
    return () => {
      window.removeEventListener("dragover", stay);
      window.removeEventListener("drop", stay);
    };
  }, []);
}

export function AppUpload() {
  const id = useId();
  const [installer, setInstaller] = useState("");
  const { stage, send, offer, cancel } = useUpload(INSTALLERS[installer]);
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const busy = stage.kind === "sending" || stage.kind === "scanning";
  useNoStrayDrops();

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!busy) offer(event.dataTransfer.files);
  };
  return (
    <section
      className="card upload"
      aria-labelledby={id}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(!busy);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className="head-icon small" aria-hidden="true">
        <Icon name="upload" size={20} />
      </span>
      <div className="upload-text">
        <h2 id={id}>{t.upload.title}</h2>
        <p className="soft">{t.upload.lead(LIMIT)}</p>
        <p className="meta">{t.upload.safe}</p>
      </div>
      {busy ? (
        <Progress stage={stage} cancel={cancel} />
      ) : (
        <div className="upload-controls">
          <NativeSelect
            size="xs"
            label={t.upload.installer}
            value={installer}
            onChange={(event) => setInstaller(event.currentTarget.value)}
            data={Object.entries(t.upload.installers).map(([value, label]) => ({ value, label }))}
          />
          <Button onClick={() => chooser.current?.click()}>{t.upload.choose}</Button>
          <input
            ref={chooser}
            type="file"
            hidden
            aria-label={t.upload.file}
            accept={KINDS}
            onChange={(event) => {
              offer(event.currentTarget.files);
              event.currentTarget.value = ""; // so that the same file can be chosen again
            }}
          />
        </div>
      )}
      {stage.kind === "failed" && (
        <div className="note upload-problem" data-tone="critical" role="alert">
          <Icon name="warn" size={16} />
          <p>
            {stage.file && <strong>{t.upload.failedTitle(stage.file.name)}. </strong>}
            {stage.why}{" "}
            {stage.again && stage.file && (
              <button type="button" className="link-button" onClick={() => send(stage.file!)}>
                {t.upload.again}
              </button>
            )}
          </p>
        </div>
      )}
    </section>
  );
}

function Progress({ stage, cancel }: { stage: Extract<Stage, { file: File }>; cancel: () => void }) {
  const sending = stage.kind === "sending";
  const size = stage.file?.size ?? 0;
  const name = stage.file?.name ?? "";
  const title = sending ? t.upload.sending(name) : t.upload.scanning(name);
  return (
    <div className="upload-progress">
      <p className="strong" role="status">
        {title}
      </p>
      <progress aria-label={title} max={size} value={sending ? stage.sent : undefined} />
      <div className="upload-foot">
        <span className="meta numbers">
          {sending ? t.upload.sent(sizeText(stage.sent), sizeText(size)) : t.upload.scanningNote}
        </span>
        <Button size="xs" variant="default" onClick={cancel}>
          {sending ? t.upload.cancel : t.upload.stopWaiting}
        </Button>
      </div>
    </div>
  );
}
