import { Button } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { forwardRef, type AnchorHTMLAttributes, type ReactNode } from "react";

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  primary?: boolean;
  icon?: ReactNode;
}

// A link that looks like a button, for going somewhere; what changes something is a button.
const Base = forwardRef<HTMLAnchorElement, Props>(function Base({ primary = false, icon, ...rest }, ref) {
  return (
    <Button
      component="a"
      ref={ref}
      variant={primary ? "filled" : "default"}
      leftSection={icon}
      {...rest}
    />
  );
});

export const ButtonLink = createLink(Base);
