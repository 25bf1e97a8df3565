import { useTranslation } from "react-i18next";
import { Icon } from "../../ui";

const steps = ["file", "mapping", "trial", "run", "result"] as const;
export type Step = (typeof steps)[number];

/** Where one stands on the way from a file to its result. */
export function Steps({ at }: { at: Step }) {
  const { t } = useTranslation("collect");
  const reached = steps.indexOf(at);
  return (
    <ol className="steps" aria-label={t("steps.label")}>
      {steps.map((step, index) => (
        <li key={step} className={step === at ? "on" : undefined} aria-current={step === at ? "step" : undefined}>
          {index < reached ? <Icon name="check" /> : step === at ? <i /> : null}
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}
