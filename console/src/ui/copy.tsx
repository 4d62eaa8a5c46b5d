import { useEffect, useState } from "react";
import { t } from "../words";
import { Digest } from "./given";
import { Icon } from "./icon";

// Copies, and says that it did.
export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return {
    copied,
    copy: (text) => {
      void navigator.clipboard.writeText(text).then(
        () => setCopied(true),
        () => setCopied(false),
      );
    },
  };
}

// A digest by its ends, with a button for the whole.
export function CopyDigest({ value, what }: { value: string; what: string }) {
  const { copied, copy } = useCopy();
  return (
    <span className="copy-digest">
      <Digest value={value} />
      <button type="button" className="copy-button" aria-label={t.report.copy(what)} title={t.report.copy(what)} onClick={() => copy(value)}>
        <Icon name={copied ? "check" : "copy"} size={14} />
      </button>
      <span role="status" className="out-of-sight">
        {copied ? t.report.copied : ""}
      </span>
    </span>
  );
}
