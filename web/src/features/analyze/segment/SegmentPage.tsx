import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import type { Condition } from "../../../api";
import { Failed, Skeleton } from "../../../ui";
import { fieldsQuery, segmentQuery, segmentsQuery } from "../queries";
import { Editor } from "./Editor";

/** One segment: what it means, who is in it and why; every edit shows its effect at once. */
export default function SegmentPage() {
  const { id } = useParams({ from: "/shell/segments/$id" });
  const search = useSearch({ from: "/shell/segments/$id" });
  const segment = useQuery(segmentQuery(id));
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  const failed = [segment, fields].find((each) => each.error && !each.data);
  if (failed) return <Failed error={failed.error} retry={() => void failed.refetch()} />;
  if (!segment.data || !fields.data) return <Skeleton rows={12} />;
  return <Editor key={id} segment={segment.data} fields={fields.data} segments={(segments.data?.items ?? []).filter((each) => each.id !== id)} given={search.condition as Condition | undefined} customer={search.customer ?? ""} history={search.show === "history" ? { span: search.span, day: search.day } : undefined} />;
}
