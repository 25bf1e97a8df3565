import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addContact, changeContact, readContacts, removeContact, type Contact, type ContactFields, type CustomerPage } from "../../../api";
import { useCan } from "../../../app/session";
import { ActionMenu, Button, Section, Tag, useFormat, useToast } from "../../../ui";
import { SpeakerDialog } from "./SpeakerDialog";
import "./speakers.css";

const keptOf = ({ roles, title, department, main, since, until }: Contact): ContactFields => ({ roles, title, department, main, since, until });

/** Who speaks for an organization, or for whom a person speaks: what their word weighs, and how to reach them. */
export function SpeakersPanel({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("speaker");
  const write = useCan()("customers.write") && of.may_change;
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const format = useFormat();
  const [editing, setEditing] = useState<Contact | "new" | null>(null);
  const queryKey = ["customer", of.id, "contacts"];
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey, initialPageParam: "", queryFn: ({ pageParam, signal }) => readContacts(of.id, pageParam, signal), getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const total = data?.pages[0]?.total ?? 0;
  const organization = of.kind === "organization";
  const other = (contact: Contact) => (organization ? contact.person : contact.organization);
  const renew = () => Promise.all([client.invalidateQueries({ queryKey }), client.invalidateQueries({ queryKey: ["customer", of.id, "timeline"] })]);
  const leader = items.find((each) => each.main);
  /** Also gives back to who was the main one before. */
  const changed = async (now: Contact, before: Contact) => {
    await renew();
    say({
      text: t("changed", { name: other(now).name }),
      undo: async () => {
        await changeContact(of.id, now.id, keptOf(before), now.version);
        if (now.main && leader && leader.id !== now.id) await changeContact(of.id, leader.id, { main: true });
        await renew();
      },
    });
  };
  const added = async (contact: Contact) => {
    await renew();
    say({ text: t("added", { name: other(contact).name }), undo: async () => {
      await removeContact(of.id, contact.id);
      if (contact.main && leader) await changeContact(of.id, leader.id, { main: true });
      await renew();
    } });
  };
  const remove = useMutation({
    mutationFn: (contact: Contact) => removeContact(of.id, contact.id),
    onSuccess: async (_, contact) => {
      await renew();
      say({ text: t("removed", { name: other(contact).name }), undo: async () => { await addContact(of.id, { ...keptOf(contact), other: other(contact).id }); await renew(); } });
    },
    onError: sayFault,
  });
  if (!data || (total === 0 && !write)) return null;
  const title = [t(organization ? "title" : "titleOf"), total > 0 && format.count(total)].filter(Boolean).join(" ");
  const add = write && <Button look="link" className="meta" onClick={() => setEditing("new")} aria-label={t(organization ? "add" : "addOf")}>{t("addShort")}</Button>;
  return (
    <Section title={title} side={add} className="speakers">
      {items.length === 0 ? <p className="dim">{t(organization ? "none" : "noneOf")}</p> : <ul>{items.map((contact) => <Speaker key={contact.id} of={contact} other={other(contact)} organization={organization} {...(write ? { onEdit: () => setEditing(contact), onRemove: () => remove.mutate(contact) } : {})} />)}</ul>}
      {hasNextPage && <Button look="link" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("more")}</Button>}
      {editing && <SpeakerDialog of={of} {...(editing === "new" ? {} : { contact: editing })} onClose={() => setEditing(null)} onAdded={(contact) => void added(contact)} onChanged={(contact, before) => void changed(contact, before)} />}
    </Section>
  );
}

function Speaker({ of, other, organization, onEdit, onRemove }: { of: Contact; other: { id: string; name: string }; organization: boolean; onEdit?: () => void; onRemove?: () => void }) {
  const { t } = useTranslation("speaker");
  const format = useFormat();
  const name = other.name || t("noName", { id: other.id });
  const what = [of.title, of.department, of.until ? t("until", { at: format.fullDay(of.until) }) : of.since && t("since", { at: format.fullDay(of.since) })].filter(Boolean).join(" · ");
  return (
    <li className={of.until ? "past" : undefined}>
      <div className="who">
        <Link className="opens cut" to="/customers/$id" params={{ id: other.id }}>{name}</Link>
        {of.main && <Tag icon="star">{t("main")}</Tag>}
        {onEdit && onRemove && (
          <ActionMenu items={[{ key: "edit", label: t("edit"), icon: "edit", onSelect: onEdit }, { key: "remove", label: t("remove"), icon: "x", onSelect: onRemove }]}>
            <Button look="bare" icon="more" aria-label={t("moreOf", { name })} />
          </ActionMenu>
        )}
      </div>
      {of.roles.length > 0 && <div className="roles">{of.roles.map((role) => <span key={role} className="tag">{t(`roles.${role}`)}</span>)}</div>}
      {what && <div className="meta">{what}</div>}
      {organization && (of.person.phone || of.person.email) && <div className="meta">{[of.person.phone, of.person.email].filter(Boolean).join(" · ")}</div>}
    </li>
  );
}
