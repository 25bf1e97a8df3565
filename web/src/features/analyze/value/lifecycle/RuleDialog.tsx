import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Condition, Fields, Segment, StageDraft } from "../../../../api";
import { Button, Dialog, Skeleton } from "../../../../ui";
import { Builder, CountLine, usePreview, useTree } from "../../conditionParts";
import { fieldsQuery, segmentsQuery } from "../../queries";

/** Who is in a stage: a condition, or whom a person puts there. */
export function RuleDialog({ stage, onRule, onClose }: { stage: StageDraft; onRule: (condition: Condition | undefined) => void; onClose: () => void }) {
  const { t } = useTranslation("lifecycle");
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  return (
    <Dialog open onClose={onClose} width={760} title={t("ruleTitle")}>
      {!fields.data || !segments.data ? <Skeleton rows={6} /> : <Rule stage={stage} fields={fields.data} segments={segments.data.items} onRule={onRule} onClose={onClose} />}
    </Dialog>
  );
}

function Rule({ stage, fields, segments, onRule, onClose }: { stage: StageDraft; fields: Fields; segments: readonly Segment[]; onRule: (condition: Condition | undefined) => void; onClose: () => void }) {
  const { t } = useTranslation("lifecycle");
  const tree = useTree(stage.condition, undefined);
  const draft = usePreview(tree.root);
  const asked: Fields = { fields: fields.fields.filter((each) => each.name !== "lifecycle_stage"), events: fields.events.filter((each) => each.name !== "stage_changed") };
  return (
    <div className="form">
      <CountLine draft={draft} savedCount={undefined} />
      <Builder root={tree.root} fields={asked} segments={segments} onChange={tree.change} alone={draft.alone} saved={tree.saved} fault={draft.fault} />
      <div className="row"><Button look="fill" size="md" onClick={() => onRule(draft.condition)}>{t("useRule")}</Button><Button size="md" onClick={() => onRule(undefined)}>{t("useHand")}</Button><Button look="bare" size="md" onClick={onClose}>{t("cancel")}</Button></div>
      <p className="meta">{t("handWhat")}</p>
    </div>
  );
}
