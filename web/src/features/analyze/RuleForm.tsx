import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addQualityRule, dimensions, type Dimension } from "../../api";
import { Button, Dialog, Field, Skeleton, TextField, useSend, useToast } from "../../ui";
import { fieldsQuery, segmentsQuery } from "./queries";
import { Builder } from "./segment/Builder";
import { usePreview, useTree } from "./segment/useDraft";
import { CountLine } from "./segment/CountLine";
import { rulesQuery } from "./quality/queries";
import "./analyze.css";
import "./segment/segment.css";

/** A rule of one's own: a condition, and what to say of whom it holds for. */
export function RuleForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("quality");
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  const client = useQueryClient();
  const { say } = useToast();
  const tree = useTree(undefined, undefined);
  const draft = usePreview(tree.root);
  const [dimension, setDimension] = useState<Dimension>("validity");
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    await addQualityRule({ label: { "zh-CN": text("label"), "en-US": text("label") }, dimension, field: text("field"), condition: draft.condition });
    await client.invalidateQueries({ queryKey: rulesQuery.queryKey });
    say({ text: t("rule.added") });
    onClose();
  });
  return (
    <Dialog open onClose={onClose} width={760} title={t("rule.add")}>
      {!fields.data || !segments.data ? <Skeleton rows={6} /> : (
        <form className="form ruleform" {...form}>
          <TextField name="label" label={t("rule.message")} hint={t("rule.messageHint")} maxLength={120} required autoFocus faults={faults} />
          <div className="two">
            <Field label={t("group.dimension")}>{(attributes) => <select className="input" value={dimension} onChange={(event) => setDimension(event.target.value as Dimension)} {...attributes}>{dimensions.map((each) => <option key={each} value={each}>{t(`dimension.${each}`)}</option>)}</select>}</Field>
            <Field label={t("rule.about")} hint={t("rule.aboutHint")} fault={faults["field"]}>{(attributes) => <select className="input" name="field" defaultValue="" {...attributes}><option value="">{t("rule.whole")}</option>{(["name", "phone", "email", "gender", "birthday", "country", "province", "city", "address", "company", "industry"] as const).map((each) => <option key={each} value={each}>{t(`field.${each}`)}</option>)}</select>}</Field>
          </div>
          <CountLine draft={draft} savedCount={undefined} />
          <Builder root={tree.root} fields={fields.data} segments={segments.data.items} onChange={tree.change} alone={draft.alone} saved={new Map()} fault={draft.fault} />
          {fault && <p className="fault" role="alert">{fault}</p>}
          <div className="row"><Button look="fill" size="md" type="submit" busy={busy}>{t("rule.save")}</Button><Button size="md" onClick={onClose}>{t("fix.cancel")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}
