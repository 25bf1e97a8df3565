import { useLanguage } from "../../../app/i18n";
import { Field, type Values } from "../../../ui";
import type { OwnField } from "../../../api";
import { givenValue, useOwnGroups } from "./own";
import { OwnInput } from "./OwnInput";

/** The workspace's own fields for a kind of customer in a form, under their headings. */
export function OwnForm({ kind, stage, faults }: { kind: "person" | "organization"; stage: string; faults: Record<string, string> }) {
  const language = useLanguage();
  const groups = useOwnGroups(kind);
  return (
    <>
      {groups.map(([group, fields]) => (
        <fieldset key={group} className="own">
          {group && <legend>{group}</legend>}
          <div className="two">
            {fields.filter((each) => each.type !== "formula").map((each) => (
              <Field key={each.key} label={each.required_at.includes(stage) ? `${each.label[language]} *` : each.label[language]} hint={each.purpose || undefined} fault={faults[`custom.${each.key}`]}>
                {(attributes) => <OwnInput of={each} {...attributes} />}
              </Field>
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

/** What the form says for the fields that are filled. */
export function ownGiven(fields: OwnField[], all: Values["all"], exponent: (currency: string) => number): Record<string, unknown> {
  return Object.fromEntries(fields.map((each) => [each.key, givenValue(each, all(`custom.${each.key}`), exponent)] as const).filter(([, value]) => value !== null));
}
