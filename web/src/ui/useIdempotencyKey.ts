import { useRef } from "react";

/**
 * Gives the Idempotency-Key of a request: the same for the same content however often it is sent, a new one as soon
 * as the content changes.
 */
export function useIdempotencyKey() {
  const last = useRef({ content: "", key: "" });
  return (body: unknown): string => {
    const content = JSON.stringify(body);
    if (content !== last.current.content) last.current = { content, key: crypto.randomUUID() };
    return last.current.key;
  };
}
