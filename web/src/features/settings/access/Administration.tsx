import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { divideAdministration, readAdministration } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan, useRenewSession, useSession } from "../../../app/session";
import { Button, Failed, Field, Section, Skeleton, useFault } from "../../../ui";
import { rolesQuery, staffQuery } from "../queries";

const three = ["system_admin", "security_admin", "audit_admin"] as const;

/** One administrator for everything, or three of whom nobody holds two works. */
export function Administration() {
  const { t } = useTranslation("settings");
  const answer = useQuery({ queryKey: ["administration"], queryFn: readAdministration });
  if (answer.error) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return <Skeleton rows={6} />;
  return (
    <Section title={t(answer.data.on ? "access.divided" : "access.one")}>
      <p className="meta">{t(answer.data.on ? "access.dividedText" : "access.oneText")}</p>
      <dl className="works">{three.map((role) => <div key={role}><dt>{t(`access.work.${role}`)}</dt><dd>{t(`access.workOf.${role}`)}</dd></div>)}</dl>
      {!answer.data.on && <Divide now={answer.data.staff} />}
    </Section>
  );
}

/** Names the three and what becomes of everybody who was administrator of all. */
function Divide({ now }: { now: { id: string; name: string; role: string }[] }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const may = useCan()("access.write");
  const me = useSession().staff.id;
  const renew = useRenewSession();
  const say = useFault();
  const staff = useQuery(staffQuery);
  const roles = useQuery(rolesQuery);
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [others, setOthers] = useState<Record<string, string>>({});
  const active = staff.data?.items.filter((person) => person.active) ?? [];
  const left = now.filter((person) => !Object.values(chosen).includes(person.id));
  const plain = roles.data?.items.filter((role) => role.role !== "admin" && !three.some((each) => each === role.role)) ?? [];
  const distinct = new Set(Object.values(chosen)).size === three.length && three.every((role) => chosen[role]);
  const divide = useMutation({
    mutationFn: () => divideAdministration([...three.map((role) => ({ staff_id: chosen[role] ?? "", role })), ...left.map((person) => ({ staff_id: person.id, role: others[person.id] ?? "operator" }))]),
    onSuccess: () => void renew(),
  });
  if (!may) return null;
  return (
    <div className="form narrowform">
      <h4>{t("access.divide")}</h4>
      {three.map((role) => (
        <Field key={role} label={t(`access.work.${role}`)}>
          {(attributes) => (
            <select className="input" value={chosen[role] ?? ""} onChange={(event) => setChosen({ ...chosen, [role]: event.target.value })} {...attributes}>
              <option value="" disabled>{t("access.choose")}</option>
              {active.map((person) => <option key={person.id} value={person.id} disabled={three.some((each) => each !== role && chosen[each] === person.id)}>{person.name}</option>)}
            </select>
          )}
        </Field>
      ))}
      {left.length > 0 && <p className="meta">{t("access.leftText")}</p>}
      {left.map((person) => (
        <Field key={person.id} label={person.name}>
          {(attributes) => <select className="input" value={others[person.id] ?? "operator"} onChange={(event) => setOthers({ ...others, [person.id]: event.target.value })} {...attributes}>{plain.map((role) => <option key={role.role} value={role.role}>{role.label[language]}</option>)}</select>}
        </Field>
      ))}
      <p className="meta">{t(now.some((person) => person.id === me) ? "access.divideYou" : "access.divideHint")}</p>
      {divide.error && <p className="fault" role="alert">{say(divide.error)}</p>}
      <div className="acts"><Button look="fill" size="md" disabled={!distinct} busy={divide.isPending} onClick={() => divide.mutate()}>{t("access.divide")}</Button></div>
    </div>
  );
}
