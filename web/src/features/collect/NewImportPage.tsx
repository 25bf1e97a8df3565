import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { importKinds, inspectFile, type ImportKind, type Inspection } from "../../api";
import { Failed, PageHead } from "../../ui";
import { FileChoice } from "./FileChoice";
import { MappingForm } from "./MappingForm";
import { Steps } from "./Steps";
import { Trial } from "./Trial";
import "./collect.css";

/** From a file to a running import: which file, which column is what, what would happen. */
export default function NewImportPage() {
  const { t } = useTranslation("collect");
  const navigate = useNavigate();
  const [kind, setKind] = useState<ImportKind>(importKinds[0]);
  const [seen, setSeen] = useState<Inspection | null>(null);
  const [trial, setTrial] = useState<string | null>(null);
  const look = useMutation({ mutationFn: (file: File) => inspectFile(file, kind), onSuccess: setSeen });
  return (
    <div className="importpage">
      <PageHead title={seen ? t("map.title", { kind: t(`kind.${seen.kind}`) }) : t("choose.title")} meta={seen?.file_name}>
        <Steps at={trial ? "trial" : seen ? "mapping" : "file"} />
      </PageHead>
      <div className="body">
        {!seen && <FileChoice kind={kind} onKind={setKind} busy={look.isPending} onFile={(file) => look.mutate(file)} />}
        {!seen && look.error && <Failed error={look.error} />}
        {seen && <div hidden={!!trial}><MappingForm of={seen} onBack={() => { setSeen(null); look.reset(); }} onTrial={(made, mapping) => { setSeen({ ...seen, mapping }); setTrial(made.id); }} /></div>}
        {seen && trial && <Trial id={trial} uploadId={seen.upload_id} mapping={seen.mapping} onBack={() => setTrial(null)} onRun={(id) => void navigate({ to: "/imports/$id", params: { id } })} />}
      </div>
    </div>
  );
}
