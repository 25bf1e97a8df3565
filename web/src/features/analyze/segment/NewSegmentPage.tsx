import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import type { Condition } from "../../../api";
import { Failed, Skeleton } from "../../../ui";
import { fieldsQuery, segmentsQuery } from "../queries";
import { Editor } from "./Editor";

/** A segment that is not saved yet; a condition may come along in the address. */
export default function NewSegmentPage() {
  const search = useSearch({ from: "/shell/segments/new" });
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  if (fields.error && !fields.data) return <Failed error={fields.error} retry={() => void fields.refetch()} />;
  if (!fields.data) return <Skeleton rows={12} />;
  return <Editor fields={fields.data} segments={segments.data?.items ?? []} given={search.condition as Condition | undefined} customer={search.customer ?? ""} />;
}
