import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icon";

const WAIT_MS = 250;

// The text is applied to the address when typing pauses.
export function SearchField(props: { label: string; hint: string; value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(props.value);
  const sent = useRef(props.value);
  useEffect(() => {
    // The address changed by other means: Back, a removed filter.
    if (props.value !== sent.current) {
      sent.current = props.value;
      setText(props.value);
    }
  }, [props.value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      props.onSearch(text);
    }, WAIT_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div data-list-search className="search-field">
      <TextInput
        size="xs"
        type="search"
        aria-label={props.label}
        placeholder={props.hint}
        maxLength={100}
        value={text}
        leftSection={<Icon name="search" size={15} />}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </div>
  );
}
